"""The criteria of each noun, by name: the SQL of each, its value only bound."""

from typing import Any

import sqlalchemy as sa

from solli_graphql.db import colonnes, models
from solli_graphql.db.plan.compiler import Criteria
from solli_graphql.db.plan.dialects import Found, Holds, In, Untried, contains
from solli_graphql.db.plan.sources import Columns
from solli_graphql.db.visibilite import Regard
from solli_graphql.domain.acteur import Espace, Vue
from solli_graphql.domain.workflow import Action, DestinataireActuel


def _equals(column: str) -> Any:
    """Compare a column of the caller's view with one value."""

    def criterion(regard: Regard, c: Columns, name: str) -> sa.ColumnElement[bool]:
        sql = regard.sql("sollicitation", column, c)
        return sql == sa.bindparam(name, type_=c[column].type)

    return criterion


def _statuts(regard: Regard, c: Columns, name: str) -> sa.ColumnElement[bool]:
    return In(regard.sql("sollicitation", "statut", c), name)


def _ouvertes(regard: Regard, c: Columns, _: str) -> sa.ColumnElement[bool]:
    """Say again, in the words of an index, that each statut asked for is an open one."""
    ouvertes: list[sa.ColumnElement[str]] = [sa.literal_column(f"'{s}'") for s in models.OUVERTES]
    return regard.sql("sollicitation", "statut", c).in_(ouvertes)


def _pris_par(regard: Regard, c: Columns, name: str) -> sa.ColumnElement[bool]:
    """Find who has taken it, in the treating view alone: an analyst may not test a name."""
    taken = c["prise_en_charge_par_id"] == sa.bindparam(name, type_=sa.BigInteger)
    return sa.and_(regard.is_seen_as(Vue.TRAITANT), taken)


def _among(fk: str, table: sa.Table, column: str) -> Any:
    """Find the rows that point at those whose column has a value."""

    def criterion(_: Regard, c: Columns, name: str) -> sa.ColumnElement[bool]:
        return Untried(c[fk]).in_(sa.select(table.c.id).where(contains(table.c[column], name, 1)))

    return criterion


def _emise_par(count: int) -> Any:
    """Find what a structure sent; an analyst may not test the name of a private person."""
    s = models.structure.c

    def criterion(regard: Regard, c: Columns, name: str) -> sa.ColumnElement[bool]:
        named = sa.select(s.id).where(contains(s.identifiant_valeur, name, count))
        others = sa.not_(regard.is_seen_as(Vue.ANALYSTE))
        findable = sa.or_(others, s.identifiant_type != "PARTICULIER")
        return c["structure_emettrice_id"].in_(named.where(findable))

    return criterion


def _texte(_: Regard, c: Columns, name: str) -> sa.ColumnElement[bool]:
    """Search the folded text, which holds nothing of the treating side's (D9)."""
    return Found(c["id"], models.sollicitation_recherche.c.texte, models.TRIGRAMMES, name)


def _id(_: Regard, c: Columns, name: str) -> sa.ColumnElement[bool]:
    return c["id"] == sa.bindparam(name, type_=sa.BigInteger)


def _ids(_: Regard, c: Columns, name: str) -> sa.ColumnElement[bool]:
    return In(c["id"], name)


def _synthese(regard: Regard, c: Columns, _: str) -> sa.ColumnElement[bool]:
    """Keep a work list (D8, D22): what awaits an action from the espace's side."""
    espace = regard.espace
    if espace is Espace.EMISES:  # a visible statut, so the emitter's column says it all
        return c["statut_emetteur"] == sa.literal_column("'EN_ATTENTE_INFORMATIONS'")
    chez = DestinataireActuel.STRUCTURE if espace is Espace.RECUES else DestinataireActuel.SUPPORT
    a_prendre: list[sa.ColumnElement[str]] = [
        sa.literal_column(f"'{s}'") for s in ("A_TRAITER", "EN_COURS")
    ]
    return sa.and_(
        c["destinataire_actuel"] == sa.literal_column(f"'{chez}'"), c["statut"].in_(a_prendre)
    )


def _habilite(role: str | None, structure: str | None) -> Any:
    """Find who holds a role, or something on a structure, or that role there."""

    def criterion(regard: Regard, c: Columns, _: str) -> sa.ColumnElement[bool]:
        h = dict(models.habilitation.alias().c)
        conditions = [h["utilisateur_id"] == c["id"], *regard.exists("habilitation", h)]
        if role:
            conditions.append(h["role"] == sa.bindparam(role, type_=sa.Text))
        if structure:
            conditions.append(h["structure_id"] == sa.bindparam(structure, type_=sa.BigInteger))
        return sa.exists().where(*conditions)

    return criterion


def _actif(_: Regard, c: Columns, __: str) -> sa.ColumnElement[bool]:
    return c["actif"]


def _avant_seq(regard: Regard, c: Columns, name: str) -> sa.ColumnElement[bool]:
    return regard.sql("historique", "seq", c) < sa.bindparam(name, type_=sa.Integer)


def _apres_seq(regard: Regard, c: Columns, name: str) -> sa.ColumnElement[bool]:
    return regard.sql("historique", "seq", c) > sa.bindparam(name, type_=sa.Integer)


def _de_l_emetteur(_: Regard, c: Columns, __: str) -> sa.ColumnElement[bool]:
    actions = (Action.REPONDRE_COMPLEMENT, Action.ROUVRIR)
    return c["action"].in_([sa.literal_column(f"'{a}'") for a in actions])


CRITERIA: Criteria = {
    "Sollicitation": {
        "id": _id,
        "ids": _ids,
        "synthese": _synthese,
        "numero": _equals("numero"),
        "categorie": _among("categorie_id", models.categorie, "code"),
        "sous_categorie": _among("sous_categorie_id", models.sous_categorie, "code"),
        "statut": _equals("statut"),
        "statuts": _statuts,
        "ouvertes": _ouvertes,
        "deposee_du": lambda _, c, n: c["date_depot"] >= sa.bindparam(n, type_=colonnes.Instant),
        "deposee_avant": lambda _, c, n: c["date_depot"] < sa.bindparam(n, type_=colonnes.Instant),
        "identifiant_emetteur": _emise_par(1),
        "identifiants_emetteur": _emise_par(2),
        "service_destinataire": _among("service_destinataire_id", models.service, "code"),
        "type_objet": _equals("type_objet"),
        "numero_objet": _equals("numero_objet"),
        "texte": _texte,
        "prise_en_charge_par": _pris_par,
        "destinataire_actuel": _equals("destinataire_actuel"),
    },
    "Structure": {
        "id": _id,
        "ids": _ids,
        "texte": lambda _, c, n: Holds(c["recherche"], n),
        "identifiant": lambda _, c, n: contains(c["identifiant_valeur"], n, 1),
        "identifiants": lambda _, c, n: contains(c["identifiant_valeur"], n, 2),
        "type": lambda _, c, n: c["identifiant_type"] == sa.bindparam(n, type_=sa.Text),
        "publique": lambda _, c, n: c["publique"] == sa.bindparam(n, type_=sa.Boolean),
    },
    "Utilisateur": {"id": _id, "ids": _ids},
    "Compte": {
        "id": _id,
        "ids": _ids,
        "courriel": lambda _, c, n: c["courriel"] == sa.bindparam(n, type_=sa.Text),
        "actif": lambda _, c, n: c["actif"] == sa.bindparam(n, type_=sa.Boolean),
        "role": _habilite("role", None),
        "structure": _habilite(None, "structure"),
        "role_ici": _habilite("role_ici", "ici"),
        "ici": lambda *_: sa.true(),
    },
    "Habilitation": {},
    "Categorie": {"actif": _actif},
    "SousCategorie": {"actif": _actif},
    "Service": {"actif": _actif},
    "LigneHistorique": {"avant_seq": _avant_seq, "apres_seq": _apres_seq},
    "CommentaireEmetteur": {"de_l_emetteur": _de_l_emetteur},
    "PieceJointe": {},
}
