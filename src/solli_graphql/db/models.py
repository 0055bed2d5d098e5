"""The tables. `sollicitation` keeps two views: the treating side's, and the emitter's (D14)."""

from typing import Any

import sqlalchemy as sa

from solli_graphql.db.colonnes import GRAND, Instant, Tri, cle_primaire, parmi, texte, vers
from solli_graphql.domain.acteur import Role
from solli_graphql.domain.identifiants import TypeIdentifiant
from solli_graphql.domain.objets import EtatPieceJointe, EtatTeleversement
from solli_graphql.domain.workflow import (
    DestinataireActuel,
    MotifATraiter,
    Routage,
    StatutSollicitation,
)

metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

structure = sa.Table(
    "structure",
    metadata,
    cle_primaire(),
    texte("identifiant_type"),
    sa.Column("identifiant_valeur", Tri, nullable=False),
    sa.Column("designation", Tri, nullable=False),
    texte("raison_sociale"),
    sa.Column("publique", sa.Boolean(create_constraint=False), nullable=False),
    texte("recherche"),
    sa.UniqueConstraint("identifiant_valeur", "identifiant_type"),
    parmi("identifiant_type", TypeIdentifiant),
    sa.Index("ix_structure_designation_id", "designation", "id"),
)
service = sa.Table(
    "service",
    metadata,
    cle_primaire(),
    vers("structure_id", "structure"),
    sa.Column("code", Tri, nullable=False),
    texte("libelle"),
    sa.Column("actif", sa.Boolean(create_constraint=False), nullable=False),
    sa.UniqueConstraint("structure_id", "code"),
)
categorie = sa.Table(
    "categorie",
    metadata,
    cle_primaire(),
    sa.Column("code", Tri, nullable=False, unique=True),
    texte("libelle"),
    sa.Column("ordre", sa.Integer, nullable=False),
    sa.Column("actif", sa.Boolean(create_constraint=False), nullable=False),
)
sous_categorie = sa.Table(
    "sous_categorie",
    metadata,
    cle_primaire(),
    vers("categorie_id", "categorie"),
    sa.Column("code", Tri, nullable=False),
    texte("libelle"),
    sa.Column("ordre", sa.Integer, nullable=False),
    texte("routage"),
    sa.Column("numero_objet_requis", sa.Boolean(create_constraint=False), nullable=False),
    texte("modele", nullable=True),
    sa.Column("actif", sa.Boolean(create_constraint=False), nullable=False),
    sa.UniqueConstraint("categorie_id", "code"),
    parmi("routage", Routage),
)
utilisateur = sa.Table(
    "utilisateur",
    metadata,
    cle_primaire(),
    sa.Column("courriel", Tri, nullable=False, unique=True),
    *(texte(n) for n in ("nom", "prenom")),
    *(sa.Column(n, sa.Text, nullable=True, unique=True) for n in ("sujet", "client")),
    sa.Column("actif", sa.Boolean(create_constraint=False), nullable=False),
)
habilitation = sa.Table(
    "habilitation",
    metadata,
    cle_primaire(),
    vers("utilisateur_id", "utilisateur", index=True),
    texte("role"),
    vers("structure_id", "structure", nullable=True, index=True),
    parmi("role", Role),
    sa.CheckConstraint(
        "structure_id IS NOT NULL OR role IN ('SUPPORT', 'ANALYSTE', 'ADMINISTRATEUR')",
        name="tout_le_portail",
    ),
)
habilitation_service = sa.Table(
    "habilitation_service",
    metadata,
    sa.Column("habilitation_id", sa.BigInteger, sa.ForeignKey("habilitation.id"), primary_key=True),
    sa.Column("service_id", sa.BigInteger, sa.ForeignKey("service.id"), primary_key=True),
)

S, D = StatutSollicitation, DestinataireActuel
EN_COURS_SEULEMENT = "statut = 'EN_COURS' OR (brouillon IS NULL AND prise_en_charge_par_id IS NULL)"
BOOLEENNES = ("passe_support",)
A_PRENDRE = "destinataire_actuel = '{}' AND statut IN ('A_TRAITER', 'EN_COURS')"
OUVERTES = (S.A_TRAITER, S.EN_COURS, S.EN_ATTENTE_INFORMATIONS)
OUVERTE = "statut IN ({})".format(", ".join(f"'{s}'" for s in OUVERTES))
DU_METIER = "structure_destinataire_id IS NOT NULL"
PARTIES = ("emetteur", "structure", "support")


def _ou(condition: str) -> Any:
    """Limit an index, on both engines, to the rows for which a condition of literals holds."""
    return {"postgresql_where": sa.text(condition), "sqlite_where": sa.text(condition)}


def _index(nom: str, *colonnes: str, ou: str | None = None) -> sa.Index:
    """Index, on both engines, the rows for which a condition of literals holds."""
    # SQLAlchemy compares a boolean with 1 on SQLite, and SQLite wants the very same words here.
    sqlite = {"sqlite_where": sa.text(f"{ou} = 1")} if ou in BOOLEENNES else {}
    options: Any = _ou(ou) | sqlite if ou else {}
    return sa.Index(f"ix_sollicitation_{nom}", *colonnes, **options)


sollicitation = sa.Table(
    "sollicitation",
    metadata,
    cle_primaire(),
    sa.Column("numero", Tri, nullable=False, unique=True),
    vers("categorie_id", "categorie"),
    vers("sous_categorie_id", "sous_categorie"),
    texte("routage"),
    texte("type_objet", nullable=True),
    texte("numero_objet", nullable=True),
    vers("structure_emettrice_id", "structure"),
    vers("service_emetteur_id", "service", nullable=True),
    texte("contact_courriel", nullable=True),  # null once the person is erased
    texte("contact_telephone", nullable=True),
    vers("structure_destinataire_id", "structure", nullable=True),
    vers("service_destinataire_id", "service", nullable=True),
    texte("description"),
    sa.Column("date_depot", Instant, nullable=False),
    # The treating side's view.
    texte("statut"),
    texte("destinataire_actuel"),
    texte("motif", nullable=True),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("date_mise_a_jour", Instant, nullable=False),
    texte("brouillon", nullable=True),
    vers("prise_en_charge_par_id", "utilisateur", nullable=True),
    # The emitter's view, written by visible transitions only.
    texte("statut_emetteur"),
    sa.Column("version_emetteur", sa.Integer, nullable=False),
    sa.Column("date_mise_a_jour_emetteur", Instant, nullable=False),
    sa.Column("transferts", sa.Integer, nullable=False),
    sa.Column("reouvertures", sa.Integer, nullable=False),
    sa.Column("allers_retours", sa.Boolean(create_constraint=False), nullable=False),
    sa.Column("passe_support", sa.Boolean(create_constraint=False), nullable=False),
    # Measures in seconds, of what the emitter sees (D24): statistics read no history.
    sa.Column("delai_premiere_reponse", sa.Integer, nullable=True),
    sa.Column("delai_resolution", sa.Integer, nullable=True),
    *(sa.Column(f"temps_{p}", sa.Integer, nullable=False) for p in PARTIES),
    sa.Column("demandes_information", sa.Integer, nullable=False),
    sa.Column("tete", sa.LargeBinary, nullable=False),
    parmi("statut", S),
    parmi("statut_emetteur", [s for s in S if s is not S.EN_COURS]),
    parmi("destinataire_actuel", D),
    parmi("motif", MotifATraiter),
    sa.CheckConstraint(EN_COURS_SEULEMENT, name="brouillon"),
    sa.CheckConstraint(
        "(routage = 'METIER') = (structure_destinataire_id IS NOT NULL)", name="routage"
    ),
    sa.CheckConstraint(
        "structure_destinataire_id IS NOT NULL OR destinataire_actuel = 'SUPPORT'",
        name="destinataire",
    ),
    # The lists of each espace, in both orders; the analyst's of the whole portal are `portail`.
    _index("recues", "structure_destinataire_id", "date_depot", "id"),
    _index("recues_maj", "structure_destinataire_id", "date_mise_a_jour", "id"),
    _index("emises", "structure_emettrice_id", "date_depot", "id"),
    _index("emises_maj", "structure_emettrice_id", "date_mise_a_jour_emetteur", "id"),
    _index("support", "date_depot", "id", ou="passe_support"),
    _index("support_maj", "date_mise_a_jour", "id", ou="passe_support"),
    _index("portail", "date_depot", "id", ou=DU_METIER),
    _index("portail_maj", "date_mise_a_jour", "id", ou=DU_METIER),
    # Those whose habilitation is limited to services.
    _index("service_destinataire", "service_destinataire_id", "date_depot", "id"),
    _index("service_emetteur", "service_emetteur_id", "date_depot", "id"),
    # The criteria that choose few; the others are tested along the lists above.
    _index("ouvertes", "date_depot", "id", ou=OUVERTE),
    _index("numero_objet", "numero_objet"),
    _index("prise_en_charge", "prise_en_charge_par_id", ou="prise_en_charge_par_id IS NOT NULL"),
    # The work lists.
    _index(
        "synthese_recues",
        *("structure_destinataire_id", "date_depot", "id"),
        ou=A_PRENDRE.format(D.STRUCTURE),
    ),
    _index("synthese_portail", "date_depot", "id", ou=A_PRENDRE.format(D.STRUCTURE)),
    _index("synthese_support", "date_depot", "id", ou=A_PRENDRE.format(D.SUPPORT)),
    _index(
        "synthese_emises",
        *("structure_emettrice_id", "date_depot", "id"),
        ou="statut_emetteur = 'EN_ATTENTE_INFORMATIONS'",
    ),
)
# The folded texts (D9), beside the row; pg_trgm or FTS5 indexes their trigrams by this name.
TRIGRAMMES = "sollicitation_trigrammes"
sollicitation_recherche = sa.Table(
    "sollicitation_recherche",
    metadata,
    sa.Column("sollicitation_id", GRAND, sa.ForeignKey("sollicitation.id"), primary_key=True),
    texte("texte"),
)
historique = sa.Table(
    "historique",
    metadata,
    sa.Column(
        "sollicitation_id", sa.BigInteger, sa.ForeignKey("sollicitation.id"), primary_key=True
    ),
    sa.Column("seq", sa.Integer, primary_key=True),
    sa.Column("seq_emetteur", sa.Integer, nullable=True),
    sa.Column("date", Instant, nullable=False),
    texte("action"),
    texte("ancien_statut", nullable=True),
    texte("ancien_statut_emetteur", nullable=True),
    texte("ancien_destinataire", nullable=True),
    texte("nouveau_statut"),
    texte("destinataire"),
    sa.Column("engagement", sa.LargeBinary, nullable=False),
    sa.Column("tete", sa.LargeBinary, nullable=False),
    sa.UniqueConstraint("sollicitation_id", "seq_emetteur"),
    sa.CheckConstraint("(seq_emetteur IS NULL) = (nouveau_statut = 'EN_COURS')", name="visible"),
    parmi("nouveau_statut", S),
    parmi("destinataire", D),
    sqlite_with_rowid=False,
)
historique_texte = sa.Table(
    "historique_texte",
    metadata,
    sa.Column("sollicitation_id", sa.BigInteger, primary_key=True),
    sa.Column("seq", sa.Integer, primary_key=True),
    sa.Column("auteur_id", sa.BigInteger, nullable=True),  # null once the person is erased
    *(texte(n) for n in ("auteur_nom", "auteur_prenom")),
    sa.Column("sel", sa.LargeBinary, nullable=True),
    texte("texte", nullable=True),
    texte("texte_interne", nullable=True),
    sa.ForeignKeyConstraint(
        ["sollicitation_id", "seq"], ["historique.sollicitation_id", "historique.seq"]
    ),
)
piece_jointe = sa.Table(
    "piece_jointe",
    metadata,
    cle_primaire(),
    vers("sollicitation_id", "sollicitation", index=True),
    texte("nom_fichier"),
    texte("type_mime"),
    sa.Column("taille", sa.Integer, nullable=False),
    texte("sha256"),
    sa.Column("date_ajout", Instant, nullable=False),
    *(texte(n) for n in ("auteur_nom", "auteur_prenom")),
    sa.Column("auteur_id", sa.BigInteger, nullable=True),
    texte("etat"),
    sa.Column("cle", sa.Text, nullable=True, unique=True),  # in the storage; null: no bytes
    parmi("etat", EtatPieceJointe),
    sa.CheckConstraint("cle IS NOT NULL OR etat = 'REFUSEE'", name="octets"),
    sa.Index("ix_piece_jointe_en_analyse", "id", **_ou("etat = 'EN_ANALYSE'")),
)
# What was sent and is not joined yet: joining moves a row of this table to the one above.
televersement = sa.Table(
    "televersement",
    metadata,
    # Random, and never used again: whoever holds an old one must not reach another.
    sa.Column("id", GRAND, primary_key=True, autoincrement=False),
    vers("utilisateur_id", "utilisateur", nullable=True, index=True),
    texte("nom_fichier"),
    texte("type_mime"),
    sa.Column("taille", sa.Integer, nullable=False),
    texte("sha256"),
    sa.Column("cle", sa.Text, nullable=False, unique=True),
    texte("etat"),
    sa.Column("date", Instant, nullable=False),
    parmi("etat", EtatTeleversement),
    sa.Index("ix_televersement_date", "date"),
)
# What subscribers are still to be told, written in the same transaction as the history.
evenement = sa.Table(
    "evenement",
    metadata,
    cle_primaire(),
    vers("sollicitation_id", "sollicitation"),
    sa.Column("seq", sa.Integer, nullable=False),
    sa.Column("seq_emetteur", sa.Integer, nullable=True),  # by a gap, seq would show a draft
    sa.Column("date", Instant, nullable=False),
    sa.UniqueConstraint("sollicitation_id", "seq"),
)
idempotence = sa.Table(
    "idempotence",
    metadata,
    sa.Column("utilisateur_id", sa.BigInteger, sa.ForeignKey("utilisateur.id"), primary_key=True),
    sa.Column("cle", sa.Text, primary_key=True),
    sa.Column("empreinte", sa.LargeBinary, nullable=False),
    sa.Column("date", Instant, nullable=False),
    texte("confirmation"),
    vers("sollicitation_id", "sollicitation", nullable=True),
    vers("compte_id", "utilisateur", nullable=True),  # of an act of administration
    sa.Column("version", sa.Integer, nullable=False),  # of the caller's own view
    sa.Index("ix_idempotence_date", "date"),
)
# What was asked of an export: its link holds the id alone, never a text that somebody searched.
export = sa.Table(
    "export",
    metadata,
    cle_primaire(),
    vers("utilisateur_id", "utilisateur"),
    sa.Column("date", Instant, nullable=False),
    texte("demande"),  # JSON
    sa.Index("ix_export_date", "date"),
)
cle = sa.Table(
    "cle",
    metadata,
    sa.Column("nom", sa.Text, primary_key=True),
    sa.Column("valeur", sa.LargeBinary, nullable=False),
)
compteur = sa.Table(
    "compteur",
    metadata,
    sa.Column("nom", sa.Text, primary_key=True),
    sa.Column("valeur", sa.BigInteger, nullable=False),
)
