"""Scenarios that people keep, and where they are put away."""

from datetime import datetime

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the store forward."""
    op.create_table(
        "scenario",
        sa.Column("scenario", sa.Integer(), nullable=False),
        sa.Column("nom", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("texte", sa.Text(), nullable=False),
        sa.Column("empreinte", sa.String(length=64), nullable=False),
        sa.Column("lot", sa.Integer(), nullable=False),
        sa.Column("cours", sa.Text(), nullable=False),
        sa.Column("tire_de", sa.Integer(), nullable=True),
        *_signed(),
        sa.ForeignKeyConstraint(["lot"], ["lot.lot"], name=op.f("fk_scenario_lot")),
        sa.ForeignKeyConstraint(["tire_de"], ["scenario.scenario"], name=op.f("fk_scenario_tire_de")),
        sa.PrimaryKeyConstraint("scenario", name=op.f("pk_scenario")),
    )
    op.create_table(
        "scenario_rangement",
        sa.Column("scenario", sa.Integer(), nullable=False),
        sa.Column("rang", sa.Integer(), nullable=False),
        sa.Column("archive", sa.Boolean(), nullable=False),
        *_signed(),
        sa.ForeignKeyConstraint(
            ["scenario"], ["scenario.scenario"], name=op.f("fk_scenario_rangement_scenario")
        ),
        sa.PrimaryKeyConstraint("scenario", "rang", name=op.f("pk_scenario_rangement")),
    )


def downgrade() -> None:
    """Bring the store back."""
    op.drop_table("scenario_rangement")
    op.drop_table("scenario")


def _signed() -> tuple[sa.Column[str], sa.Column[datetime]]:
    """Give the two columns that say who wrote a row, and when."""
    return (
        sa.Column("auteur", sa.Text(), nullable=False),
        sa.Column("connu_le", sa.DateTime(timezone=True), nullable=False),
    )
