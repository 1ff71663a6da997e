"""Bases by activity, levels, objectives set by cour; projections kept; control charts that start anew."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the store forward."""
    _create_yearly(
        "base_activite", "extractions", sa.Column("activite", sa.String(length=40), nullable=False)
    )
    _create_yearly("niveau_annuel", "evitees")
    _create_yearly("objectif_fixe", "extractions_a_eviter")
    op.create_table(
        "projection",
        sa.Column("lot", sa.Integer(), nullable=False),
        sa.Column("mois", sa.Date(), nullable=False),
        sa.Column("cour", sa.String(length=60), nullable=False),
        sa.Column("connu_le", sa.DateTime(timezone=True), nullable=False),
        sa.Column("methode", sa.String(length=20), nullable=False),
        sa.Column("evitees", sa.Integer(), nullable=False),
        sa.Column("objectif", sa.Float(), nullable=False),
        sa.Column("moyenne", sa.Float(), nullable=False),
        sa.Column("variance", sa.Float(), nullable=False),
        sa.Column("rythme_moyenne", sa.Float(), nullable=False),
        sa.Column("rythme_variance", sa.Float(), nullable=False),
        sa.ForeignKeyConstraint(["lot"], ["lot.lot"], name=op.f("fk_projection_lot")),
        sa.PrimaryKeyConstraint("lot", "mois", "cour", name=op.f("pk_projection")),
    )
    op.create_table(
        "recalage",
        sa.Column("recalage", sa.Integer(), nullable=False),
        sa.Column("connu_le", sa.DateTime(timezone=True), nullable=False),
        sa.Column("auteur", sa.String(length=200), nullable=False),
        sa.Column("cour", sa.String(length=60), nullable=False),
        sa.Column("mois", sa.Date(), nullable=False),
        sa.Column("cause", sa.String(length=400), nullable=False),
        sa.Column("retire", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("recalage", name=op.f("pk_recalage")),
    )
    with op.batch_alter_table("recalage", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_recalage_cour"), ["cour"], unique=False)


def downgrade() -> None:
    """Bring the store back."""
    for name in ("recalage", "projection", "objectif_fixe", "niveau_annuel", "base_activite"):
        op.drop_table(name)


def _create_yearly(name: str, figure: str, *keys: sa.Column[str]) -> None:
    """Create a table of figures by year and cour, each with its source."""
    op.create_table(
        name,
        sa.Column("lot", sa.Integer(), nullable=False),
        sa.Column("annee", sa.Integer(), nullable=False),
        sa.Column("cour", sa.String(length=60), nullable=False),
        *keys,
        sa.Column(figure, sa.Integer(), nullable=False),
        sa.Column("source", sa.String(length=400), nullable=False),
        sa.ForeignKeyConstraint(["lot"], ["lot.lot"], name=op.f(f"fk_{name}_lot")),
        sa.PrimaryKeyConstraint("lot", "annee", "cour", *(key.name for key in keys), name=op.f(f"pk_{name}")),
    )
