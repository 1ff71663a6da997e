"""The first tables of the store."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the store forward."""
    op.create_table(
        "agregat_activite",
        sa.Column("mois", sa.Date(), nullable=False),
        sa.Column("cour", sa.String(length=60), nullable=False),
        sa.Column("activite", sa.String(length=40), nullable=False),
        sa.Column("cellules", sa.Integer(), nullable=False),
        sa.Column("visioconferences", sa.Integer(), nullable=False),
        sa.Column("extractions_evitees", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("mois", "cour", "activite", name=op.f("pk_agregat_activite")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "cellule",
        sa.Column("mois", sa.Date(), nullable=False),
        sa.Column("juridiction", sa.String(length=60), nullable=False),
        sa.Column("activite", sa.String(length=40), nullable=False),
        sa.Column("visioconferences", sa.Integer(), nullable=False),
        sa.Column("extractions_evitees", sa.Integer(), nullable=False),
        sa.Column("premier_lot", sa.Integer(), nullable=False),
        sa.Column("lot", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("mois", "juridiction", "activite", name=op.f("pk_cellule")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "lot",
        sa.Column("lot", sa.Integer(), nullable=False),
        sa.Column("nature", sa.String(length=20), nullable=False),
        sa.Column("origine", sa.String(length=20), nullable=False),
        sa.Column("auteur", sa.String(length=200), nullable=False),
        sa.Column("connu_le", sa.DateTime(timezone=True), nullable=False),
        sa.Column("fichier", sa.String(length=400), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("forme", sa.String(length=20), nullable=False),
        sa.Column("encodage", sa.String(length=20), nullable=True),
        sa.Column("lues", sa.Integer(), nullable=False),
        sa.Column("acceptees", sa.Integer(), nullable=False),
        sa.Column("inchangees", sa.Integer(), nullable=False),
        sa.Column("refusees", sa.Integer(), nullable=False),
        sa.Column("non_reponses", sa.Integer(), nullable=False),
        sa.Column("alertes", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("lot", name=op.f("pk_lot")),
    )
    with op.batch_alter_table("lot", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_lot_connu_le"), ["connu_le"], unique=False)
        batch_op.create_index(batch_op.f("ix_lot_sha256"), ["sha256"], unique=False)

    op.create_table(
        "revision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("numero", sa.Integer(), nullable=False),
        sa.Column("demo", sa.Boolean(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_revision_une_seule_ligne")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_revision")),
    )
    op.create_table(
        "total_juridiction",
        sa.Column("mois", sa.Date(), nullable=False),
        sa.Column("juridiction", sa.String(length=60), nullable=False),
        sa.Column("cour", sa.String(length=60), nullable=False),
        sa.Column("cellules", sa.Integer(), nullable=False),
        sa.Column("visioconferences", sa.Integer(), nullable=False),
        sa.Column("extractions_evitees", sa.Integer(), nullable=False),
        sa.Column("evitees_objectif", sa.Integer(), nullable=False),
        sa.Column("premier_lot", sa.Integer(), nullable=False),
        sa.Column("dernier_lot", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("mois", "juridiction", name=op.f("pk_total_juridiction")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "alerte",
        sa.Column("alerte", sa.Integer(), nullable=False),
        sa.Column("lot", sa.Integer(), nullable=False),
        sa.Column("ligne", sa.Integer(), nullable=False),
        sa.Column("regle", sa.String(length=40), nullable=False),
        sa.Column("message", sa.String(length=1000), nullable=False),
        sa.Column("mois", sa.Date(), nullable=True),
        sa.Column("juridiction", sa.String(length=60), nullable=True),
        sa.Column("activite", sa.String(length=40), nullable=True),
        sa.ForeignKeyConstraint(["lot"], ["lot.lot"], name=op.f("fk_alerte_lot")),
        sa.PrimaryKeyConstraint("alerte", name=op.f("pk_alerte")),
    )
    with op.batch_alter_table("alerte", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_alerte_mois"), ["mois"], unique=False)

    op.create_table(
        "base_annuelle",
        sa.Column("lot", sa.Integer(), nullable=False),
        sa.Column("annee", sa.Integer(), nullable=False),
        sa.Column("cour", sa.String(length=60), nullable=False),
        sa.Column("extractions", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(length=400), nullable=False),
        sa.ForeignKeyConstraint(["lot"], ["lot.lot"], name=op.f("fk_base_annuelle_lot")),
        sa.PrimaryKeyConstraint("lot", "annee", "cour", name=op.f("pk_base_annuelle")),
    )
    op.create_table(
        "credit_vacataire",
        sa.Column("lot", sa.Integer(), nullable=False),
        sa.Column("annee", sa.Integer(), nullable=False),
        sa.Column("cour", sa.String(length=60), nullable=False),
        sa.Column("credits_centimes", sa.BigInteger(), nullable=False),
        sa.Column("source", sa.String(length=400), nullable=False),
        sa.ForeignKeyConstraint(["lot"], ["lot.lot"], name=op.f("fk_credit_vacataire_lot")),
        sa.PrimaryKeyConstraint("lot", "annee", "cour", name=op.f("pk_credit_vacataire")),
    )
    op.create_table(
        "declaration",
        sa.Column("lot", sa.Integer(), nullable=False),
        sa.Column("mois", sa.Date(), nullable=False),
        sa.Column("juridiction", sa.String(length=60), nullable=False),
        sa.Column("activite", sa.String(length=40), nullable=False),
        sa.Column("visioconferences", sa.Integer(), nullable=True),
        sa.Column("extractions_evitees", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "(visioconferences IS NULL AND extractions_evitees IS NULL)"
            " OR (0 <= extractions_evitees AND extractions_evitees <= visioconferences)",
            name=op.f("ck_declaration_evitees_dans_le_total"),
        ),
        sa.ForeignKeyConstraint(["lot"], ["lot.lot"], name=op.f("fk_declaration_lot")),
        sa.PrimaryKeyConstraint("lot", "mois", "juridiction", "activite", name=op.f("pk_declaration")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "equipement",
        sa.Column("lot", sa.Integer(), nullable=False),
        sa.Column("cour", sa.String(length=60), nullable=False),
        sa.Column("etablissement", sa.String(length=200), nullable=False),
        sa.Column("population", sa.Integer(), nullable=False),
        sa.Column("equipe_depuis", sa.Date(), nullable=True),
        sa.Column("source", sa.String(length=400), nullable=False),
        sa.ForeignKeyConstraint(["lot"], ["lot.lot"], name=op.f("fk_equipement_lot")),
        sa.PrimaryKeyConstraint("lot", "cour", "etablissement", name=op.f("pk_equipement")),
    )
    op.create_table(
        "interieur",
        sa.Column("lot", sa.Integer(), nullable=False),
        sa.Column("mois", sa.Date(), nullable=False),
        sa.Column("cour", sa.String(length=60), nullable=False),
        sa.Column("service", sa.String(length=60), nullable=False),
        sa.Column("extractions_requises", sa.Integer(), nullable=False),
        sa.Column("extractions_executees", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["lot"], ["lot.lot"], name=op.f("fk_interieur_lot")),
        sa.PrimaryKeyConstraint("lot", "mois", "cour", "service", name=op.f("pk_interieur")),
    )
    op.create_table(
        "rejet",
        sa.Column("rejet", sa.Integer(), nullable=False),
        sa.Column("lot", sa.Integer(), nullable=False),
        sa.Column("ligne", sa.Integer(), nullable=False),
        sa.Column("regle", sa.String(length=40), nullable=False),
        sa.Column("champ", sa.String(length=40), nullable=False),
        sa.Column("valeur", sa.String(length=400), nullable=False),
        sa.Column("motif", sa.String(length=1000), nullable=False),
        sa.Column("texte", sa.String(length=2000), nullable=False),
        sa.Column("mois", sa.Date(), nullable=True),
        sa.Column("juridiction", sa.String(length=60), nullable=True),
        sa.Column("activite", sa.String(length=40), nullable=True),
        sa.Column("corrige_par", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["corrige_par"], ["lot.lot"], name=op.f("fk_rejet_corrige_par")),
        sa.ForeignKeyConstraint(["lot"], ["lot.lot"], name=op.f("fk_rejet_lot")),
        sa.PrimaryKeyConstraint("rejet", name=op.f("pk_rejet")),
    )
    with op.batch_alter_table("rejet", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_rejet_lot"), ["lot"], unique=False)
    op.execute("INSERT INTO revision (id, numero, demo) VALUES (1, 0, false)")


def downgrade() -> None:
    """Bring the store back."""
    with op.batch_alter_table("rejet", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_rejet_lot"))

    op.drop_table("rejet")
    op.drop_table("interieur")
    op.drop_table("equipement")
    op.drop_table("declaration")
    op.drop_table("credit_vacataire")
    op.drop_table("base_annuelle")
    with op.batch_alter_table("alerte", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_alerte_mois"))

    op.drop_table("alerte")
    op.drop_table("total_juridiction")
    op.drop_table("revision")
    with op.batch_alter_table("lot", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_lot_sha256"))
        batch_op.drop_index(batch_op.f("ix_lot_connu_le"))

    op.drop_table("lot")
    op.drop_table("cellule")
    op.drop_table("agregat_activite")
