"""Every setting of the installation, read once from the environment (`VIGIE_…`)."""

from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

ROOT = Path(__file__).resolve().parent.parent


Identite = Literal["locale", "oidc", "mandataire"]


class Settings(BaseSettings):
    """The settings; each description stands word for word in the README's table."""

    model_config = SettingsConfigDict(env_prefix="VIGIE_", frozen=True)

    database_url: str = Field(
        default=f"sqlite:///{ROOT / 'instance' / 'vigie.sqlite'}",
        description="Entrepôt : chemin d'un fichier SQLite, ou adresse `postgresql://…`.",
    )
    demo: bool = Field(
        default=True, description="Remplir de données de démonstration un entrepôt que l'application crée."
    )
    identite: Identite = Field(
        default="locale",
        description="Qui lit : `locale`, la personne au clavier de cette machine ; `oidc`, un fournisseur "
        "OpenID Connect ; `mandataire`, un serveur mandataire qui l'annonce.",
    )
    mandataire_adresses: str = Field(
        default="127.0.0.1",
        description="Adresses du mandataire, séparées par des virgules : nulle autre n'est servie.",
    )
    mandataire_secret: SecretStr = Field(
        default=SecretStr(""),
        description="Secret que le mandataire joint à chaque requête (en-tête `X-Vigie-Secret`), de 32 "
        "caractères au moins.",
    )
    mandataire_nom: str = Field(default="X-Remote-User", description="En-tête où le mandataire dit qui lit.")
    mandataire_cours: str = Field(
        default="X-Vigie-Cours",
        description="En-tête où il dit ses cours : codes séparés par des virgules ou des espaces, ou `*`.",
    )
    taille_max_mo: int = Field(
        default=200,
        ge=1,
        description="Taille maximale d'un fichier importé depuis le terminal, en mégaoctets.",
    )
    attente_verrou_s: float = Field(
        default=30.0,
        gt=0,
        le=3600,
        description="Secondes d'attente quand un autre import écrit, avant de proposer de réessayer.",
    )

    smtp_hote: str = Field(
        default="", description="Serveur de messagerie des relances ; sans lui, aucune ne part."
    )
    smtp_port: int = Field(default=587, ge=1, le=65535, description="Port du serveur de messagerie.")
    smtp_utilisateur: str = Field(
        default="", description="Compte sur le serveur de messagerie ; vide, le serveur n'en demande pas."
    )
    smtp_mot_de_passe: SecretStr = Field(default=SecretStr(""), description="Mot de passe de ce compte.")
    smtp_starttls: bool = Field(
        default=True,
        description="Chiffrer la connexion au serveur de messagerie (STARTTLS), son certificat vérifié.",
    )
    smtp_autorites: str = Field(
        default="",
        description="Fichier PEM des autorités qui signent ce certificat, à la place de celles du système.",
    )
    expediteur: str = Field(
        default="",
        description="Adresse qui envoie les relances, avec ou sans nom : `Collecte <collecte@exemple.fr>`.",
    )
    domaine_messagerie: str = Field(
        default="justice.fr", description="Domaine des boîtes fonctionnelles des juridictions."
    )
    adresse_publique: str = Field(
        default="http://localhost:8501",
        description="Adresse à laquelle les juridictions ouvrent l'application, pour le lien des relances.",
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
