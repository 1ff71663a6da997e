"""The collection: months reopened, reminders and their text, mailboxes, alerts followed up, drafts."""

from datetime import date, datetime

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the store forward."""
    op.create_table(
        "reouverture",
        sa.Column("reouverture", sa.Integer(), nullable=False),
        *_pair(),
        sa.Column("jusqu_au", sa.Date(), nullable=False),
        sa.Column("motif", sa.Text(), nullable=False),
        *_signed(),
        sa.PrimaryKeyConstraint("reouverture", name=op.f("pk_reouverture")),
    )
    op.create_table(
        "relance",
        sa.Column("relance", sa.Integer(), nullable=False),
        *_pair(),
        sa.Column("etape", sa.String(length=20), nullable=False),
        sa.Column("rang", sa.Integer(), nullable=False),
        sa.Column("adresse", sa.Text(), nullable=False),
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.Column("texte", sa.Text(), nullable=False),
        *_signed(),
        sa.PrimaryKeyConstraint("relance", name=op.f("pk_relance")),
        sa.UniqueConstraint("mois", "juridiction", "etape", "rang", name=op.f("uq_relance_mois")),
    )
    op.create_table(
        "relance_issue",
        sa.Column("relance", sa.Integer(), nullable=False),
        sa.Column("resultat", sa.Text(), nullable=False),
        sa.Column("connu_le", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["relance"], ["relance.relance"], name=op.f("fk_relance_issue_relance")),
        sa.PrimaryKeyConstraint("relance", name=op.f("pk_relance_issue")),
    )
    op.create_table(
        "modele_relance",
        sa.Column("modele", sa.Integer(), nullable=False),
        sa.Column("sujet", sa.Text(), nullable=False),
        sa.Column("corps", sa.Text(), nullable=False),
        *_signed(),
        sa.PrimaryKeyConstraint("modele", name=op.f("pk_modele_relance")),
    )
    op.create_table(
        "boite",
        sa.Column("boite", sa.Integer(), nullable=False),
        sa.Column("juridiction", sa.String(length=60), nullable=False),
        sa.Column("adresse", sa.Text(), nullable=False),
        *_signed(),
        sa.PrimaryKeyConstraint("boite", name=op.f("pk_boite")),
    )
    op.create_table(
        "suivi_alerte",
        sa.Column("suivi", sa.Integer(), nullable=False),
        sa.Column("alerte", sa.Integer(), nullable=False),
        sa.Column("statut", sa.String(length=20), nullable=False),
        sa.Column("commentaire", sa.Text(), nullable=False),
        *_signed(),
        sa.ForeignKeyConstraint(["alerte"], ["alerte.alerte"], name=op.f("fk_suivi_alerte_alerte")),
        sa.PrimaryKeyConstraint("suivi", name=op.f("pk_suivi_alerte")),
    )
    op.create_table(
        "brouillon",
        sa.Column("brouillon", sa.Integer(), nullable=False),
        *_pair(),
        sa.Column("texte", sa.Text(), nullable=False),
        *_signed(),
        sa.PrimaryKeyConstraint("brouillon", name=op.f("pk_brouillon")),
    )
    op.create_index(op.f("ix_brouillon_mois_juridiction"), "brouillon", ["mois", "juridiction"])


def downgrade() -> None:
    """Bring the store back."""
    for name in (
        "brouillon",
        "suivi_alerte",
        "boite",
        "modele_relance",
        "relance_issue",
        "relance",
        "reouverture",
    ):
        op.drop_table(name)


def _pair() -> tuple[sa.Column[date], sa.Column[str]]:
    """Give the two columns that name an answer."""
    return (
        sa.Column("mois", sa.Date(), nullable=False),
        sa.Column("juridiction", sa.String(length=60), nullable=False),
    )


def _signed() -> tuple[sa.Column[str], sa.Column[datetime]]:
    """Give the two columns that say who wrote a row, and when."""
    return (
        sa.Column("auteur", sa.Text(), nullable=False),
        sa.Column("connu_le", sa.DateTime(timezone=True), nullable=False),
    )
