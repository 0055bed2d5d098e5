"""Create the first tables."""

import os

import sqlalchemy as sa
from alembic import op

from solli_graphql.db import colonnes, models

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "categorie",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("code", colonnes.Tri(), nullable=False),
        sa.Column("libelle", sa.Text(), nullable=False),
        sa.Column("ordre", sa.Integer(), nullable=False),
        sa.Column("actif", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_categorie")),
        sa.UniqueConstraint("code", name=op.f("uq_categorie_code")),
    )
    op.create_table(
        "cle",
        sa.Column("nom", sa.Text(), nullable=False),
        sa.Column("valeur", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("nom", name=op.f("pk_cle")),
    )
    op.create_table(
        "compteur",
        sa.Column("nom", sa.Text(), nullable=False),
        sa.Column("valeur", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("nom", name=op.f("pk_compteur")),
    )
    op.create_table(
        "structure",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("identifiant_type", sa.Text(), nullable=False),
        sa.Column("identifiant_valeur", colonnes.Tri(), nullable=False),
        sa.Column("designation", colonnes.Tri(), nullable=False),
        sa.Column("raison_sociale", sa.Text(), nullable=False),
        sa.Column("publique", sa.Boolean(), nullable=False),
        sa.Column("recherche", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "identifiant_type IN ('SIRET', 'UE_HORS_FRANCE', 'HORS_UE', 'RIDET', 'TAHITI', 'PARTICULIER')",
            name=op.f("ck_structure_identifiant_type"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_structure")),
        sa.UniqueConstraint(
            "identifiant_valeur",
            "identifiant_type",
            name=op.f("uq_structure_identifiant_valeur_identifiant_type"),
        ),
    )
    with op.batch_alter_table("structure", schema=None) as batch_op:
        batch_op.create_index("ix_structure_designation_id", ["designation", "id"], unique=False)

    op.create_table(
        "utilisateur",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("courriel", colonnes.Tri(), nullable=False),
        sa.Column("nom", sa.Text(), nullable=False),
        sa.Column("prenom", sa.Text(), nullable=False),
        sa.Column("sujet", sa.Text(), nullable=True),
        sa.Column("client", sa.Text(), nullable=True),
        sa.Column("actif", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_utilisateur")),
        sa.UniqueConstraint("client", name=op.f("uq_utilisateur_client")),
        sa.UniqueConstraint("courriel", name=op.f("uq_utilisateur_courriel")),
        sa.UniqueConstraint("sujet", name=op.f("uq_utilisateur_sujet")),
    )
    op.create_table(
        "habilitation",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("utilisateur_id", sa.BigInteger(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("structure_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "role IN ('EMETTEUR', 'RECEPTEUR', 'SUPPORT', 'ANALYSTE', 'ADMINISTRATEUR')",
            name=op.f("ck_habilitation_role"),
        ),
        sa.CheckConstraint(
            "structure_id IS NOT NULL OR role IN ('SUPPORT', 'ANALYSTE', 'ADMINISTRATEUR')",
            name=op.f("ck_habilitation_tout_le_portail"),
        ),
        sa.ForeignKeyConstraint(
            ["structure_id"], ["structure.id"], name=op.f("fk_habilitation_structure_id")
        ),
        sa.ForeignKeyConstraint(
            ["utilisateur_id"], ["utilisateur.id"], name=op.f("fk_habilitation_utilisateur_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_habilitation")),
    )
    with op.batch_alter_table("habilitation", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_habilitation_structure_id"), ["structure_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_habilitation_utilisateur_id"), ["utilisateur_id"], unique=False
        )

    op.create_table(
        "service",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("structure_id", sa.BigInteger(), nullable=False),
        sa.Column("code", colonnes.Tri(), nullable=False),
        sa.Column("libelle", sa.Text(), nullable=False),
        sa.Column("actif", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["structure_id"], ["structure.id"], name=op.f("fk_service_structure_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service")),
        sa.UniqueConstraint("structure_id", "code", name=op.f("uq_service_structure_id_code")),
    )
    op.create_table(
        "sous_categorie",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("categorie_id", sa.BigInteger(), nullable=False),
        sa.Column("code", colonnes.Tri(), nullable=False),
        sa.Column("libelle", sa.Text(), nullable=False),
        sa.Column("ordre", sa.Integer(), nullable=False),
        sa.Column("routage", sa.Text(), nullable=False),
        sa.Column("numero_objet_requis", sa.Boolean(), nullable=False),
        sa.Column("modele", sa.Text(), nullable=True),
        sa.Column("actif", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "routage IN ('SUPPORT', 'METIER')", name=op.f("ck_sous_categorie_routage")
        ),
        sa.ForeignKeyConstraint(
            ["categorie_id"], ["categorie.id"], name=op.f("fk_sous_categorie_categorie_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sous_categorie")),
        sa.UniqueConstraint(
            "categorie_id", "code", name=op.f("uq_sous_categorie_categorie_id_code")
        ),
    )
    op.create_table(
        "habilitation_service",
        sa.Column("habilitation_id", sa.BigInteger(), nullable=False),
        sa.Column("service_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["habilitation_id"],
            ["habilitation.id"],
            name=op.f("fk_habilitation_service_habilitation_id"),
        ),
        sa.ForeignKeyConstraint(
            ["service_id"], ["service.id"], name=op.f("fk_habilitation_service_service_id")
        ),
        sa.PrimaryKeyConstraint(
            "habilitation_id", "service_id", name=op.f("pk_habilitation_service")
        ),
    )
    op.create_table(
        "sollicitation",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("numero", colonnes.Tri(), nullable=False),
        sa.Column("categorie_id", sa.BigInteger(), nullable=False),
        sa.Column("sous_categorie_id", sa.BigInteger(), nullable=False),
        sa.Column("routage", sa.Text(), nullable=False),
        sa.Column("type_objet", sa.Text(), nullable=True),
        sa.Column("numero_objet", sa.Text(), nullable=True),
        sa.Column("structure_emettrice_id", sa.BigInteger(), nullable=False),
        sa.Column("service_emetteur_id", sa.BigInteger(), nullable=True),
        sa.Column("contact_courriel", sa.Text(), nullable=True),
        sa.Column("contact_telephone", sa.Text(), nullable=True),
        sa.Column("structure_destinataire_id", sa.BigInteger(), nullable=True),
        sa.Column("service_destinataire_id", sa.BigInteger(), nullable=True),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("date_depot", colonnes.Instant(timezone=True), nullable=False),
        sa.Column("statut", sa.Text(), nullable=False),
        sa.Column("destinataire_actuel", sa.Text(), nullable=False),
        sa.Column("motif", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("date_mise_a_jour", colonnes.Instant(timezone=True), nullable=False),
        sa.Column("brouillon", sa.Text(), nullable=True),
        sa.Column("prise_en_charge_par_id", sa.BigInteger(), nullable=True),
        sa.Column("statut_emetteur", sa.Text(), nullable=False),
        sa.Column("version_emetteur", sa.Integer(), nullable=False),
        sa.Column("date_mise_a_jour_emetteur", colonnes.Instant(timezone=True), nullable=False),
        sa.Column("transferts", sa.Integer(), nullable=False),
        sa.Column("reouvertures", sa.Integer(), nullable=False),
        sa.Column("allers_retours", sa.Boolean(), nullable=False),
        sa.Column("passe_support", sa.Boolean(), nullable=False),
        sa.Column("delai_premiere_reponse", sa.Integer(), nullable=True),
        sa.Column("delai_resolution", sa.Integer(), nullable=True),
        sa.Column("temps_emetteur", sa.Integer(), nullable=False),
        sa.Column("temps_structure", sa.Integer(), nullable=False),
        sa.Column("temps_support", sa.Integer(), nullable=False),
        sa.Column("demandes_information", sa.Integer(), nullable=False),
        sa.Column("tete", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint(
            "(routage = 'METIER') = (structure_destinataire_id IS NOT NULL)",
            name=op.f("ck_sollicitation_routage"),
        ),
        sa.CheckConstraint(
            "destinataire_actuel IN ('STRUCTURE', 'SUPPORT')",
            name=op.f("ck_sollicitation_destinataire_actuel"),
        ),
        sa.CheckConstraint(
            "motif IN ('NOUVELLE', 'COMPLEMENT_RECU', 'ROUVERTE', 'TRANSFEREE')",
            name=op.f("ck_sollicitation_motif"),
        ),
        sa.CheckConstraint(
            "statut = 'EN_COURS' OR (brouillon IS NULL AND prise_en_charge_par_id IS NULL)",
            name=op.f("ck_sollicitation_brouillon"),
        ),
        sa.CheckConstraint(
            "statut IN ('A_TRAITER', 'EN_COURS', 'EN_ATTENTE_INFORMATIONS', 'REPONSE_APPORTEE', 'CLOTUREE')",
            name=op.f("ck_sollicitation_statut"),
        ),
        sa.CheckConstraint(
            "statut_emetteur IN ('A_TRAITER', 'EN_ATTENTE_INFORMATIONS', 'REPONSE_APPORTEE', 'CLOTUREE')",
            name=op.f("ck_sollicitation_statut_emetteur"),
        ),
        sa.CheckConstraint(
            "structure_destinataire_id IS NOT NULL OR destinataire_actuel = 'SUPPORT'",
            name=op.f("ck_sollicitation_destinataire"),
        ),
        sa.ForeignKeyConstraint(
            ["categorie_id"], ["categorie.id"], name=op.f("fk_sollicitation_categorie_id")
        ),
        sa.ForeignKeyConstraint(
            ["prise_en_charge_par_id"],
            ["utilisateur.id"],
            name=op.f("fk_sollicitation_prise_en_charge_par_id"),
        ),
        sa.ForeignKeyConstraint(
            ["service_destinataire_id"],
            ["service.id"],
            name=op.f("fk_sollicitation_service_destinataire_id"),
        ),
        sa.ForeignKeyConstraint(
            ["service_emetteur_id"],
            ["service.id"],
            name=op.f("fk_sollicitation_service_emetteur_id"),
        ),
        sa.ForeignKeyConstraint(
            ["sous_categorie_id"],
            ["sous_categorie.id"],
            name=op.f("fk_sollicitation_sous_categorie_id"),
        ),
        sa.ForeignKeyConstraint(
            ["structure_destinataire_id"],
            ["structure.id"],
            name=op.f("fk_sollicitation_structure_destinataire_id"),
        ),
        sa.ForeignKeyConstraint(
            ["structure_emettrice_id"],
            ["structure.id"],
            name=op.f("fk_sollicitation_structure_emettrice_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sollicitation")),
        sa.UniqueConstraint("numero", name=op.f("uq_sollicitation_numero")),
    )
    with op.batch_alter_table("sollicitation", schema=None) as batch_op:
        batch_op.create_index(
            "ix_sollicitation_emises", ["structure_emettrice_id", "date_depot", "id"], unique=False
        )
        batch_op.create_index(
            "ix_sollicitation_recues",
            ["structure_destinataire_id", "date_depot", "id"],
            unique=False,
        )
        batch_op.create_index(
            "ix_sollicitation_support",
            ["date_depot", "id"],
            unique=False,
            postgresql_where=sa.text("passe_support"),
            sqlite_where=sa.text("passe_support = 1"),
        )
        batch_op.create_index(
            "ix_sollicitation_synthese_emises",
            ["structure_emettrice_id", "date_depot", "id"],
            unique=False,
            postgresql_where=sa.text("statut_emetteur = 'EN_ATTENTE_INFORMATIONS'"),
            sqlite_where=sa.text("statut_emetteur = 'EN_ATTENTE_INFORMATIONS'"),
        )
        batch_op.create_index(
            "ix_sollicitation_synthese_recues",
            ["structure_destinataire_id", "date_depot", "id"],
            unique=False,
            postgresql_where=sa.text(
                "destinataire_actuel = 'STRUCTURE' AND statut IN ('A_TRAITER', 'EN_COURS')"
            ),
            sqlite_where=sa.text(
                "destinataire_actuel = 'STRUCTURE' AND statut IN ('A_TRAITER', 'EN_COURS')"
            ),
        )
        batch_op.create_index(
            "ix_sollicitation_synthese_support",
            ["date_depot", "id"],
            unique=False,
            postgresql_where=sa.text(
                "destinataire_actuel = 'SUPPORT' AND statut IN ('A_TRAITER', 'EN_COURS')"
            ),
            sqlite_where=sa.text(
                "destinataire_actuel = 'SUPPORT' AND statut IN ('A_TRAITER', 'EN_COURS')"
            ),
        )

        batch_op.create_index(
            "ix_sollicitation_recues_maj",
            ["structure_destinataire_id", "date_mise_a_jour", "id"],
            unique=False,
        )
        batch_op.create_index(
            "ix_sollicitation_emises_maj",
            ["structure_emettrice_id", "date_mise_a_jour_emetteur", "id"],
            unique=False,
        )
        batch_op.create_index(
            "ix_sollicitation_support_maj",
            ["date_mise_a_jour", "id"],
            unique=False,
            postgresql_where=sa.text("passe_support"),
            sqlite_where=sa.text("passe_support = 1"),
        )
        batch_op.create_index(
            "ix_sollicitation_portail",
            ["date_depot", "id"],
            unique=False,
            postgresql_where=sa.text("structure_destinataire_id IS NOT NULL"),
            sqlite_where=sa.text("structure_destinataire_id IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_sollicitation_portail_maj",
            ["date_mise_a_jour", "id"],
            unique=False,
            postgresql_where=sa.text("structure_destinataire_id IS NOT NULL"),
            sqlite_where=sa.text("structure_destinataire_id IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_sollicitation_service_destinataire",
            ["service_destinataire_id", "date_depot", "id"],
            unique=False,
        )
        batch_op.create_index(
            "ix_sollicitation_service_emetteur",
            ["service_emetteur_id", "date_depot", "id"],
            unique=False,
        )
        batch_op.create_index(
            "ix_sollicitation_ouvertes",
            ["date_depot", "id"],
            unique=False,
            postgresql_where=sa.text(
                "statut IN ('A_TRAITER', 'EN_COURS', 'EN_ATTENTE_INFORMATIONS')"
            ),
            sqlite_where=sa.text("statut IN ('A_TRAITER', 'EN_COURS', 'EN_ATTENTE_INFORMATIONS')"),
        )
        batch_op.create_index(
            "ix_sollicitation_numero_objet",
            ["numero_objet"],
            unique=False,
        )
        batch_op.create_index(
            "ix_sollicitation_prise_en_charge",
            ["prise_en_charge_par_id"],
            unique=False,
            postgresql_where=sa.text("prise_en_charge_par_id IS NOT NULL"),
            sqlite_where=sa.text("prise_en_charge_par_id IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_sollicitation_synthese_portail",
            ["date_depot", "id"],
            unique=False,
            postgresql_where=sa.text(
                "destinataire_actuel = 'STRUCTURE' AND statut IN ('A_TRAITER', 'EN_COURS')"
            ),
            sqlite_where=sa.text(
                "destinataire_actuel = 'STRUCTURE' AND statut IN ('A_TRAITER', 'EN_COURS')"
            ),
        )

    op.create_table(
        "evenement",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
        ),
        sa.Column("sollicitation_id", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("seq_emetteur", sa.Integer(), nullable=True),
        sa.Column("date", colonnes.Instant(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["sollicitation_id"], ["sollicitation.id"], name=op.f("fk_evenement_sollicitation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evenement")),
        sa.UniqueConstraint(
            "sollicitation_id", "seq", name=op.f("uq_evenement_sollicitation_id_seq")
        ),
    )
    op.create_table(
        "export",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
        ),
        sa.Column("utilisateur_id", sa.BigInteger(), nullable=False),
        sa.Column("date", colonnes.Instant(timezone=True), nullable=False),
        sa.Column("demande", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["utilisateur_id"], ["utilisateur.id"], name=op.f("fk_export_utilisateur_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_export")),
    )
    op.create_index("ix_export_date", "export", ["date"], unique=False)
    op.create_table(
        "historique",
        sa.Column("sollicitation_id", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("seq_emetteur", sa.Integer(), nullable=True),
        sa.Column("date", colonnes.Instant(timezone=True), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("ancien_statut", sa.Text(), nullable=True),
        sa.Column("ancien_statut_emetteur", sa.Text(), nullable=True),
        sa.Column("ancien_destinataire", sa.Text(), nullable=True),
        sa.Column("nouveau_statut", sa.Text(), nullable=False),
        sa.Column("destinataire", sa.Text(), nullable=False),
        sa.Column("engagement", sa.LargeBinary(), nullable=False),
        sa.Column("tete", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint(
            "(seq_emetteur IS NULL) = (nouveau_statut = 'EN_COURS')",
            name=op.f("ck_historique_visible"),
        ),
        sa.CheckConstraint(
            "destinataire IN ('STRUCTURE', 'SUPPORT')", name=op.f("ck_historique_destinataire")
        ),
        sa.CheckConstraint(
            "nouveau_statut IN ('A_TRAITER', 'EN_COURS', 'EN_ATTENTE_INFORMATIONS', 'REPONSE_APPORTEE', 'CLOTUREE')",
            name=op.f("ck_historique_nouveau_statut"),
        ),
        sa.ForeignKeyConstraint(
            ["sollicitation_id"], ["sollicitation.id"], name=op.f("fk_historique_sollicitation_id")
        ),
        sa.PrimaryKeyConstraint("sollicitation_id", "seq", name=op.f("pk_historique")),
        sa.UniqueConstraint(
            "sollicitation_id",
            "seq_emetteur",
            name=op.f("uq_historique_sollicitation_id_seq_emetteur"),
        ),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "idempotence",
        sa.Column("utilisateur_id", sa.BigInteger(), nullable=False),
        sa.Column("cle", sa.Text(), nullable=False),
        sa.Column("empreinte", sa.LargeBinary(), nullable=False),
        sa.Column("date", colonnes.Instant(timezone=True), nullable=False),
        sa.Column("confirmation", sa.Text(), nullable=False),
        sa.Column("sollicitation_id", sa.BigInteger(), nullable=True),
        sa.Column("compte_id", sa.BigInteger(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["compte_id"], ["utilisateur.id"], name=op.f("fk_idempotence_compte_id")
        ),
        sa.ForeignKeyConstraint(
            ["sollicitation_id"], ["sollicitation.id"], name=op.f("fk_idempotence_sollicitation_id")
        ),
        sa.ForeignKeyConstraint(
            ["utilisateur_id"], ["utilisateur.id"], name=op.f("fk_idempotence_utilisateur_id")
        ),
        sa.PrimaryKeyConstraint("utilisateur_id", "cle", name=op.f("pk_idempotence")),
    )
    with op.batch_alter_table("idempotence", schema=None) as batch_op:
        batch_op.create_index("ix_idempotence_date", ["date"], unique=False)

    op.create_table(
        "televersement",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("utilisateur_id", sa.BigInteger(), nullable=True),
        sa.Column("nom_fichier", sa.Text(), nullable=False),
        sa.Column("type_mime", sa.Text(), nullable=False),
        sa.Column("taille", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("cle", sa.Text(), nullable=False),
        sa.Column("etat", sa.Text(), nullable=False),
        sa.Column("date", colonnes.Instant(timezone=True), nullable=False),
        sa.CheckConstraint(
            "etat IN ('ATTENDU', 'RECU', 'PERIME')", name=op.f("ck_televersement_etat")
        ),
        sa.ForeignKeyConstraint(
            ["utilisateur_id"],
            ["utilisateur.id"],
            name=op.f("fk_televersement_utilisateur_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_televersement")),
        sa.UniqueConstraint("cle", name=op.f("uq_televersement_cle")),
        sa.Index("ix_televersement_utilisateur_id", "utilisateur_id"),
        sa.Index("ix_televersement_date", "date"),
    )

    op.create_table(
        "piece_jointe",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("sollicitation_id", sa.BigInteger(), nullable=False),
        sa.Column("nom_fichier", sa.Text(), nullable=False),
        sa.Column("type_mime", sa.Text(), nullable=False),
        sa.Column("taille", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("date_ajout", colonnes.Instant(timezone=True), nullable=False),
        sa.Column("auteur_nom", sa.Text(), nullable=False),
        sa.Column("auteur_prenom", sa.Text(), nullable=False),
        sa.Column("auteur_id", sa.BigInteger(), nullable=True),
        sa.Column("etat", sa.Text(), nullable=False),
        sa.Column("cle", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "etat IN ('EN_ANALYSE', 'DISPONIBLE', 'REFUSEE')", name=op.f("ck_piece_jointe_etat")
        ),
        sa.CheckConstraint(
            "cle IS NOT NULL OR etat = 'REFUSEE'", name=op.f("ck_piece_jointe_octets")
        ),
        sa.ForeignKeyConstraint(
            ["sollicitation_id"],
            ["sollicitation.id"],
            name=op.f("fk_piece_jointe_sollicitation_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_piece_jointe")),
        sa.UniqueConstraint("cle", name=op.f("uq_piece_jointe_cle")),
    )
    with op.batch_alter_table("piece_jointe", schema=None) as batch_op:
        batch_op.create_index(
            "ix_piece_jointe_en_analyse",
            ["id"],
            unique=False,
            postgresql_where=sa.text("etat = 'EN_ANALYSE'"),
            sqlite_where=sa.text("etat = 'EN_ANALYSE'"),
        )
        batch_op.create_index(
            batch_op.f("ix_piece_jointe_sollicitation_id"), ["sollicitation_id"], unique=False
        )

    op.create_table(
        "sollicitation_recherche",
        sa.Column(
            "sollicitation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("texte", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["sollicitation_id"],
            ["sollicitation.id"],
            name=op.f("fk_sollicitation_recherche_sollicitation_id"),
        ),
        sa.PrimaryKeyConstraint("sollicitation_id", name=op.f("pk_sollicitation_recherche")),
    )
    op.create_table(
        "historique_texte",
        sa.Column("sollicitation_id", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("auteur_id", sa.BigInteger(), nullable=True),
        sa.Column("auteur_nom", sa.Text(), nullable=False),
        sa.Column("auteur_prenom", sa.Text(), nullable=False),
        sa.Column("sel", sa.LargeBinary(), nullable=True),
        sa.Column("texte", sa.Text(), nullable=True),
        sa.Column("texte_interne", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["sollicitation_id", "seq"],
            ["historique.sollicitation_id", "historique.seq"],
            name=op.f("fk_historique_texte_sollicitation_id_seq"),
        ),
        sa.PrimaryKeyConstraint("sollicitation_id", "seq", name=op.f("pk_historique_texte")),
    )
    op.get_bind().execute(models.cle.insert(), {"nom": "pseudonymes", "valeur": os.urandom(32)})
    op.get_bind().execute(models.compteur.insert(), {"nom": "sollicitation", "valeur": 0})
    for statement in (*AJOUT_SEUL[dialect := op.get_bind().dialect.name], *TRIGRAMMES[dialect]):
        op.execute(statement)


# The history is only ever added to (S3); PostgreSQL draws the ids of sollicitations, SQLite counts.
AJOUT_SEUL = {
    "sqlite": [
        f"CREATE TRIGGER historique_{verbe.lower()} BEFORE {verbe} ON historique "
        "BEGIN SELECT RAISE(ABORT, 'historique is append-only'); END"
        for verbe in ("UPDATE", "DELETE")
    ],
    "postgresql": [
        "CREATE SEQUENCE sollicitation_numero",
        """CREATE FUNCTION ajout_seul() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION 'historique is append-only'; END $$""",
        """CREATE TRIGGER historique_ajout_seul BEFORE UPDATE OR DELETE OR TRUNCATE ON historique
        FOR EACH STATEMENT EXECUTE FUNCTION ajout_seul()""",
    ],
}

AJOUTER = """INSERT INTO sollicitation_trigrammes (rowid, texte)
VALUES (new.sollicitation_id, new.texte);"""
RETIRER = """INSERT INTO sollicitation_trigrammes (sollicitation_trigrammes, rowid, texte)
VALUES ('delete', old.sollicitation_id, old.texte);"""
# What `texte` searches by: every three characters of the folded texts, kept by the engine itself.
# FTS5 reads the text from the table, keeps no positions, and is told of each change.
TRIGRAMMES = {
    "sqlite": [
        """CREATE VIRTUAL TABLE sollicitation_trigrammes USING fts5(texte,
        content='sollicitation_recherche', content_rowid='sollicitation_id',
        tokenize='trigram case_sensitive 1', detail='none', columnsize=0)""",
        *(
            f"CREATE TRIGGER sollicitation_recherche_{verbe.lower()} AFTER {verbe} "
            f"ON sollicitation_recherche BEGIN {' '.join(suite)} END"
            for verbe, suite in {
                "INSERT": (AJOUTER,),
                "UPDATE": (RETIRER, AJOUTER),
                "DELETE": (RETIRER,),
            }.items()
        ),
    ],
    "postgresql": [
        "CREATE EXTENSION IF NOT EXISTS pg_trgm",
        """CREATE INDEX sollicitation_trigrammes ON sollicitation_recherche
        USING gin (texte gin_trgm_ops)""",
    ],
}


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TABLE sollicitation_trigrammes")
    for table in TABLES:
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP SEQUENCE sollicitation_numero")
        op.execute("DROP FUNCTION ajout_seul")


TABLES = (
    "historique_texte",
    "sollicitation_recherche",
    "piece_jointe",
    "televersement",
    "idempotence",
    "historique",
    "evenement",
    "export",
    "sollicitation",
    "habilitation_service",
    "sous_categorie",
    "service",
    "habilitation",
    "utilisateur",
    "structure",
    "compteur",
    "cle",
    "categorie",
)
