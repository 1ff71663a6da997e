"""Settlements: what they say, their states, the contests of the cours; rules and costs added by someone."""

from datetime import datetime

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the store forward."""
    op.create_table(
        "regle_ajoutee",
        sa.Column("identifiant", sa.Text(), nullable=False),
        sa.Column("toml", sa.Text(), nullable=False),
        *_signed(),
        sa.PrimaryKeyConstraint("identifiant", name=op.f("pk_regle_ajoutee")),
    )
    op.create_table(
        "cout_etpt",
        sa.Column("cout", sa.Integer(), nullable=False),
        sa.Column("valide_du", sa.Date(), nullable=False),
        sa.Column("valide_au", sa.Date(), nullable=True),
        sa.Column("euros", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        *_signed(),
        sa.PrimaryKeyConstraint("cout", name=op.f("pk_cout_etpt")),
    )
    op.create_table(
        "decompte",
        sa.Column("decompte", sa.Integer(), nullable=False),
        sa.Column("annee", sa.Integer(), nullable=False),
        sa.Column("entrees", sa.Text(), nullable=False),
        sa.Column("resultat", sa.Text(), nullable=False),
        sa.Column("empreinte_entrees", sa.String(length=64), nullable=False),
        sa.Column("empreinte", sa.String(length=64), nullable=False),
        sa.Column("lot", sa.Integer(), nullable=False),
        sa.Column("remplace", sa.Integer(), nullable=True),
        *_signed(),
        sa.ForeignKeyConstraint(["lot"], ["lot.lot"], name=op.f("fk_decompte_lot")),
        sa.ForeignKeyConstraint(["remplace"], ["decompte.decompte"], name=op.f("fk_decompte_remplace")),
        sa.PrimaryKeyConstraint("decompte", name=op.f("pk_decompte")),
        sa.UniqueConstraint("remplace", name=op.f("uq_decompte_remplace")),
    )
    op.create_table(
        "decompte_etape",
        sa.Column("decompte", sa.Integer(), nullable=False),
        sa.Column("rang", sa.Integer(), nullable=False),
        sa.Column("etat", sa.String(length=20), nullable=False),
        sa.Column("motif", sa.Text(), nullable=False),
        sa.Column("empreinte", sa.String(length=64), nullable=False),
        *_signed(),
        sa.ForeignKeyConstraint(["decompte"], ["decompte.decompte"], name=op.f("fk_decompte_etape_decompte")),
        sa.PrimaryKeyConstraint("decompte", "rang", name=op.f("pk_decompte_etape")),
    )
    op.create_table(
        "contestation",
        sa.Column("contestation", sa.Integer(), nullable=False),
        sa.Column("decompte", sa.Integer(), nullable=False),
        sa.Column("cour", sa.String(length=60), nullable=False),
        sa.Column("ligne", sa.String(length=60), nullable=False),
        sa.Column("proposition", sa.Text(), nullable=False),
        sa.Column("motif", sa.Text(), nullable=False),
        sa.Column("piece", sa.Text(), nullable=False),
        *_signed(),
        sa.ForeignKeyConstraint(["decompte"], ["decompte.decompte"], name=op.f("fk_contestation_decompte")),
        sa.PrimaryKeyConstraint("contestation", name=op.f("pk_contestation")),
    )
    op.create_table(
        "reponse_contestation",
        sa.Column("contestation", sa.Integer(), nullable=False),
        sa.Column("acceptee", sa.Boolean(), nullable=False),
        sa.Column("motif", sa.Text(), nullable=False),
        *_signed(),
        sa.ForeignKeyConstraint(
            ["contestation"],
            ["contestation.contestation"],
            name=op.f("fk_reponse_contestation_contestation"),
        ),
        sa.PrimaryKeyConstraint("contestation", name=op.f("pk_reponse_contestation")),
    )


def downgrade() -> None:
    """Bring the store back."""
    for name in (
        "reponse_contestation",
        "contestation",
        "decompte_etape",
        "decompte",
        "cout_etpt",
        "regle_ajoutee",
    ):
        op.drop_table(name)


def _signed() -> tuple[sa.Column[str], sa.Column[datetime]]:
    """Give the two columns that say who wrote a row, and when."""
    return (
        sa.Column("auteur", sa.Text(), nullable=False),
        sa.Column("connu_le", sa.DateTime(timezone=True), nullable=False),
    )
