"""The answers given on screen, each with the text that was validated."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the store forward."""
    op.create_table(
        "questionnaire",
        sa.Column("lot", sa.Integer(), nullable=False),
        sa.Column("mois", sa.Date(), nullable=False),
        sa.Column("juridiction", sa.String(length=60), nullable=False),
        sa.Column("contenu", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["lot"], ["lot.lot"], name=op.f("fk_questionnaire_lot")),
        sa.PrimaryKeyConstraint("lot", name=op.f("pk_questionnaire")),
    )


def downgrade() -> None:
    """Bring the store back."""
    op.drop_table("questionnaire")
