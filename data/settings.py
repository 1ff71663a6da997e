"""Every setting of the installation, read once from the environment (`VIGIE_…`)."""

from pathlib import Path

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

ROOT = Path(__file__).resolve().parent.parent


class Settings(BaseSettings):
    """The settings; each description stands word for word in the README's table."""

    model_config = SettingsConfigDict(env_prefix="VIGIE_", frozen=True)

    database_url: str = Field(
        default=f"sqlite:///{ROOT / 'instance' / 'vigie.sqlite'}",
        description="Entrepôt : chemin d'un fichier SQLite, ou adresse `postgresql://…`.",
    )
    demo: bool = Field(
        default=True,
        description="Remplir de données de démonstration un entrepôt que l'application crée.",
    )
    taille_max_mo: int = Field(
        default=200,
        ge=1,
        description="Taille maximale d'un fichier importé depuis le terminal, en mégaoctets.",
    )
    attente_verrou_s: float = Field(
        default=30.0,
        gt=0,
        description="Secondes d'attente quand un autre import écrit, avant de proposer de réessayer.",
    )

    @field_validator("database_url")
    @classmethod
    def _as_url(cls, value: str) -> str:
        """Accept a plain path for SQLite, and say which driver serves PostgreSQL."""
        if value.startswith(("postgresql://", "postgres://")):
            return "postgresql+psycopg://" + value.split("://", 1)[1]
        if "://" in value:
            return value
        return f"sqlite:///{Path(value).expanduser().absolute()}"
