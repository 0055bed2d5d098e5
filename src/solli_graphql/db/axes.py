"""What sollicitations are grouped by: the columns of each axis, and how its values are named."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles

from solli_graphql.db import models as m
from solli_graphql.db.plan.sources import Columns
from solli_graphql.db.visibilite import Regard
from solli_graphql.db.vues import literal
from solli_graphql.domain import pseudonymes
from solli_graphql.domain.acteur import Espace, Vue
from solli_graphql.domain.statistiques import (
    MOTS_DES_OBJETS,
    AxeStatistiques,
    Cle,
    mot_du_statut,
    periode,
)
from solli_graphql.domain.workflow import StatutSollicitation

A = AxeStatistiques
Colonnes = list[sa.ColumnElement[Any]]


class Debut(sa.ColumnElement[Any]):
    """The day in Paris of an instant, or the first of its week or month."""

    inherit_cache = False
    type = sa.types.NullType()

    def __init__(self, instant: sa.ColumnElement[Any], axe: AxeStatistiques) -> None:
        self.instant, self.axe = instant, axe


class Octets(sa.ColumnElement[Any]):
    """A text that PostgreSQL sorts byte by byte, and not by a language, which is slower."""

    inherit_cache = False

    def __init__(self, column: sa.ColumnElement[Any]) -> None:
        self.column, self.type = column, column.type


@compiles(Octets)
def _tel_quel(element: Octets, compiler: Any, **kw: Any) -> str:
    return str(compiler.process(element.column, **kw))


@compiles(Octets, "postgresql")
def _collate(element: Octets, compiler: Any, **kw: Any) -> str:
    return f'({compiler.process(element.column, **kw)}) COLLATE "C"'


_TRONQUE = {A.JOUR: "day", A.SEMAINE: "week", A.MOIS: "month"}
_RECULE = {A.JOUR: "", A.SEMAINE: ", '-6 days', 'weekday 1'", A.MOIS: ", 'start of month'"}


@compiles(Debut, "postgresql")
def _date_trunc(element: Debut, compiler: Any, **kw: Any) -> str:
    local = f"{compiler.process(element.instant, **kw)} AT TIME ZONE 'Europe/Paris'"
    return f"CAST(date_trunc('{_TRONQUE[element.axe]}', {local}) AS DATE)"


@compiles(Debut, "sqlite")
def _avec_l_heure_d_ete(element: Debut, compiler: Any, **kw: Any) -> str:
    """Add an hour, or two in summer, from 1:00 UTC of a last Sunday to another (since 1996)."""
    instant = compiler.process(element.instant, **kw)
    bornes = (f"date(substr({instant}, 1, 4) || '{j}', 'weekday 0')" for j in ("-03-25", "-10-25"))
    debut, fin = (f"{borne} || 'T01'" for borne in bornes)
    ete = f"{instant} >= {debut} AND {instant} < {fin}"
    heures = f"CASE WHEN {ete} THEN '+2 hours' ELSE '+1 hours' END"
    return f"date({instant}, {heures}{_RECULE[element.axe]})"


_FK = {
    A.CATEGORIE: "categorie_id",
    A.SOUS_CATEGORIE: "sous_categorie_id",
    A.STRUCTURE_EMETTRICE: "structure_emettrice_id",
    A.STRUCTURE_DESTINATAIRE: "structure_destinataire_id",
    A.SERVICE: "service_destinataire_id",
}
_COLONNE = {
    A.STATUT: "statut",
    A.TYPE_OBJET: "type_objet",
    A.DESTINATAIRE_ACTUEL: "destinataire_actuel",
}
_STRUCTURES = (A.STRUCTURE_EMETTRICE, A.STRUCTURE_DESTINATAIRE)


def cles(axe: AxeStatistiques, regard: Regard, c: Columns) -> Colonnes:
    """Give the columns to group by, in the caller's view."""
    if axe in _COLONNE:
        return [Octets(regard.sql("sollicitation", _COLONNE[axe], c))]
    if axe in _RECULE:
        return [Debut(regard.sql("sollicitation", "date_depot", c), axe)]
    fk = regard.sql("sollicitation", _FK[axe], c)
    return [fk, _masque(regard, fk)] if axe in _STRUCTURES else [fk]


def _masque(regard: Regard, fk: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
    """
    Tell (1, 0) where the caller reads a pseudonym for a private person.

    Theirs are another group than those of which the caller reads the name: together, they would
    give it.
    """
    if regard.vues == (Vue.ANALYSTE,):
        return literal(1)
    if Vue.ANALYSTE not in regard.vues:
        return literal(0)
    s = m.structure.alias().c
    particulier = fk.in_(sa.select(s.id).where(s.identifiant_type == literal("PARTICULIER")))
    masque = sa.and_(regard.is_seen_as(Vue.ANALYSTE), particulier)
    return sa.case((masque, literal(1)), else_=literal(0))


def decrire(
    axe: AxeStatistiques, groupes: sa.FromClause, k: Colonnes
) -> tuple[sa.FromClause, Colonnes]:
    """Join to the groups what names them, and give the columns to read of it."""
    if axe not in _FK:
        return groupes, k
    if axe is A.SERVICE:
        service, structure = m.service.alias(), m.structure.alias()
        joints = groupes.outerjoin(service, service.c.id == k[0]).outerjoin(
            structure, structure.c.id == service.c.structure_id
        )
        return joints, [service.c.code, service.c.libelle, structure.c.designation, k[0]]
    if axe in _STRUCTURES:
        t = m.structure.alias()
        lues = [t.c.identifiant_type, t.c.identifiant_valeur, t.c.designation, k[1], k[0]]
        return groupes.outerjoin(t, t.c.id == k[0]), lues
    t, parent = m.sous_categorie.alias(), m.categorie.alias()
    if axe is A.CATEGORIE:
        return groupes.join(parent, parent.c.id == k[0]), [*_noms(parent), parent.c.ordre]
    joints = groupes.join(t, t.c.id == k[0]).join(parent, parent.c.id == t.c.categorie_id)
    return joints, [*_noms(t), parent.c.ordre, t.c.ordre]


def _noms(t: sa.FromClause) -> Colonnes:
    return [t.c.code, t.c.libelle]


class Nom(NamedTuple):
    """The value of an axis, and its place among the others; none comes last."""

    place: tuple[Any, ...]
    cle: Cle


def nommer(axe: AxeStatistiques, lues: Sequence[Any], espace: Espace, secret: bytes) -> Nom:
    """Name a group by what `decrire` read of it."""
    code = lues[0]
    if code is None:
        return Nom((True,), Cle(axe, None, _SANS[axe]))
    if axe in _MOTS:
        return Nom((False, code), Cle(axe, code, _MOTS[axe][code]))
    if axe is A.STATUT:
        return Nom((False, _STATUTS.index(code)), Cle(axe, code, mot_du_statut(code, espace)))
    if axe in _RECULE:
        return Nom((False, str(code)), periode(axe, date.fromisoformat(str(code))))
    return _par_une_cle(axe, lues, secret)


def _par_une_cle(axe: AxeStatistiques, lues: Sequence[Any], secret: bytes) -> Nom:
    """Name a group by the row that its key points at."""
    code = lues[0]
    if axe is A.SERVICE:
        _, libelle, structure, id_ = lues
        return Nom((False, structure, code, id_), Cle(axe, code, f"{libelle} ({structure})"))
    if axe in _STRUCTURES:
        type_, *noms, masque, id_ = lues
        if masque:
            noms = [pseudonymes.structure(type_, nom, secret) for nom in noms]
        return Nom((False, noms[1], noms[0], id_), Cle(axe, *noms))
    return Nom((False, *lues[2:], code), Cle(axe, code, lues[1]))


_STATUTS = [str(s) for s in StatutSollicitation]
_MOTS: Mapping[AxeStatistiques, Mapping[Any, str]] = {
    A.DESTINATAIRE_ACTUEL: {"STRUCTURE": "La structure", "SUPPORT": "Le support"},
    A.TYPE_OBJET: MOTS_DES_OBJETS,
}
_SANS = {
    A.SERVICE: "Sans service",
    A.STRUCTURE_DESTINATAIRE: "Sans structure",
    A.TYPE_OBJET: "Sans objet",
}
