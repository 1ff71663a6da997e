"""The day each lot was received, who settled a reminder in doubt, and the text of reminders being typed."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_LOTS_A_DAY = 10**9


def upgrade() -> None:
    """Bring the store forward; a lot written before counts from the day it was entered."""
    op.add_column("lot", sa.Column("recu_le", sa.Date(), nullable=True))
    op.add_column("lot", sa.Column("ordre", sa.BigInteger(), nullable=False, server_default="0"))
    op.create_index(op.f("ix_lot_ordre"), "lot", ["ordre"])
    op.create_table(
        "confirmation",
        sa.Column("lot", sa.Integer(), nullable=False),
        sa.Column("mois", sa.Date(), nullable=False),
        sa.Column("juridiction", sa.String(length=60), nullable=False),
        sa.Column("activite", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["lot"], ["lot.lot"], name=op.f("fk_confirmation_lot")),
        sa.PrimaryKeyConstraint("lot", "mois", "juridiction", "activite", name=op.f("pk_confirmation")),
        sqlite_with_rowid=False,
    )
    op.add_column("relance_issue", sa.Column("auteur", sa.Text(), nullable=True))
    op.create_table(
        "modele_en_cours",
        sa.Column("frappe", sa.Integer(), nullable=False),
        sa.Column("sujet", sa.Text(), nullable=False),
        sa.Column("corps", sa.Text(), nullable=False),
        sa.Column("connu_le", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("frappe", name=op.f("pk_modele_en_cours")),
    )
    _order_the_lots()


def downgrade() -> None:
    """Bring the store back."""
    op.drop_table("modele_en_cours")
    op.drop_column("relance_issue", "auteur")
    op.drop_table("confirmation")
    op.drop_index(op.f("ix_lot_ordre"), "lot")
    op.drop_column("lot", "ordre")
    op.drop_column("lot", "recu_le")


def _order_the_lots() -> None:
    lot = sa.table(
        "lot",
        sa.column("lot", sa.Integer()),
        sa.column("connu_le", sa.DateTime(timezone=True)),
        sa.column("ordre", sa.BigInteger()),
    )
    connection = op.get_bind()
    paris = ZoneInfo("Europe/Paris")
    for number, moment in connection.execute(sa.select(lot.c.lot, lot.c.connu_le)).all():
        aware: datetime = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        day = aware.astimezone(paris).date().toordinal()
        connection.execute(sa.update(lot).where(lot.c.lot == number).values(ordre=day * _LOTS_A_DAY + number))
