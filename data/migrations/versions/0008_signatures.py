"""The signatures that were given back before their time, and what tells a revision from another alike."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the store forward."""
    op.add_column("revision", sa.Column("jeton", sa.String(length=32), nullable=False, server_default=""))
    op.create_table(
        "deconnexion",
        sa.Column("cle", sa.String(length=64), nullable=False),
        sa.Column("connu_le", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("cle", name=op.f("pk_deconnexion")),
    )


def downgrade() -> None:
    """Bring the store back."""
    op.drop_table("deconnexion")
    op.drop_column("revision", "jeton")
