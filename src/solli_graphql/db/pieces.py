"""The statements on uploads and attachments."""

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from solli_graphql.db import models as m
from solli_graphql.db.colonnes import Instant
from solli_graphql.db.database import Statement, insert
from solli_graphql.db.plan.dialects import contains
from solli_graphql.db.visibilite import Portee, visible
from solli_graphql.db.vues import literal
from solli_graphql.domain.objets import EtatPieceJointe, EtatTeleversement
from solli_graphql.domain.preuve import EFFACE


@dataclass(frozen=True, slots=True)
class Televersement:
    """A file that somebody announced."""

    id: int
    nom_fichier: str
    type_mime: str
    taille: int
    sha256: str
    cle: str
    etat: EtatTeleversement


@dataclass(frozen=True, slots=True)
class Octets:
    """Where the bytes of a row are, and what they must be."""

    id: int
    cle: str
    taille: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Fichier:
    """An attachment that somebody may fetch now."""

    cle: str
    nom_fichier: str
    type_mime: str
    taille: int
    sha256: str


LOT = 500
_t, _p, _s = m.televersement.c, m.piece_jointe.c, m.sollicitation.c
_CIBLE = sa.bindparam("cible", type_=sa.BigInteger)
_QUI = sa.bindparam("utilisateur", type_=sa.BigInteger)
_LU = (_t.id, _t.nom_fichier, _t.type_mime, _t.taille, _t.sha256, _t.cle, _t.etat)


def _televersement(*valeurs: Any) -> Televersement:
    lu = dict(zip((c.name for c in _LU), valeurs, strict=True))
    return Televersement(**lu | {"etat": EtatTeleversement(lu["etat"])})


ANNONCER = insert(m.televersement)
# One person's preparations wait for one another, so that their number holds.
FILE: Statement[int] = Statement(
    sa.select(m.utilisateur.c.id).where(m.utilisateur.c.id == _QUI).with_for_update(key_share=True),
    int,
)
EN_ATTENTE: Statement[int] = Statement(
    sa.select(sa.func.count()).select_from(m.televersement).where(_t.utilisateur_id == _QUI), int
)


def _un(*conditions: Any) -> sa.Select[Any]:
    return sa.select(*_LU).where(
        _t.utilisateur_id == _QUI, _t.etat != literal(EtatTeleversement.PERIME), *conditions
    )


UN: Statement[Televersement] = Statement(_un(_t.id == _CIBLE), _televersement)
RECU: Statement[Any] = Statement(
    m.televersement.update()
    .where(_t.id == _CIBLE, _t.etat == literal(EtatTeleversement.ATTENDU))
    .values(etat=literal(EtatTeleversement.RECU))
)
ATTENDU: Statement[int] = Statement(
    sa.select(_t.id)
    .where(_t.id == _CIBLE, _t.etat == literal(EtatTeleversement.ATTENDU))
    .with_for_update(),
    int,
)
ADOPTER: Statement[Any] = Statement(
    m.televersement.update()
    .where(_t.id == _CIBLE)
    .values(cle=sa.bindparam("cle", type_=sa.Text), etat=literal(EtatTeleversement.RECU))
)


def sans_personne(id_: int, cle: str, etat: EtatTeleversement) -> dict[str, Any]:
    """Make the row that holds a key which is nobody's: its bytes are collected."""
    row = {c.name: "" for c in _t} | {"nom_fichier": EFFACE, "taille": 0, "utilisateur_id": None}
    return row | {"id": id_, "cle": cle, "etat": etat, "date": datetime.now(UTC)}


@lru_cache(maxsize=2)
def _verrouiller(nombre: int) -> Statement[Televersement]:
    choisis = _un(contains(_t.id, "ids", nombre)).order_by(_t.id)
    return Statement(choisis.with_for_update(), _televersement)


def verrouiller(ids: tuple[int, ...]) -> tuple[Statement[Televersement], Any]:
    """Lock, in the order of their ids, those of `utilisateur` among some; give what to bind."""
    un = len(ids) == 1
    return _verrouiller(1 if un else 2), ids[0] if un else [*ids]


COMPTER: Statement[Any] = Statement(
    sa.select(sa.func.count(), sa.func.coalesce(sa.func.sum(_p.taille), 0)).where(
        _p.sollicitation_id == _CIBLE
    )
)
JOINDRE = insert(m.piece_jointe, [c.name for c in _p if c.name != "id"])
OUBLIER: Statement[Any] = Statement(m.televersement.delete().where(_t.id == _CIBLE))


@lru_cache(maxsize=256)
def telecharger(shape: tuple[Portee, ...]) -> Statement[Fichier]:
    """Find an attachment (bind `id`) that somebody whose rights have this shape may fetch."""
    s, p = dict(m.sollicitation.alias().c), m.piece_jointe.alias()
    condition, regard = visible(shape, None, s)
    permis = regard.sql("piece_jointe", "telechargeable", dict(p.c))
    select = sa.select(p.c.cle, p.c.nom_fichier, p.c.type_mime, p.c.taille, p.c.sha256)
    select = select.select_from(p.join(s["id"].table, s["id"] == p.c.sollicitation_id))
    ici = p.c.id == sa.bindparam("id", type_=sa.BigInteger)
    return Statement(select.where(ici, condition, permis == literal(1)), Fichier)


def _par_id(colonnes: sa.FromClause, *conditions: Any) -> Statement[Octets]:
    c = colonnes.c
    select = sa.select(c.id, c.cle, c.taille, c.sha256)
    apres = c.id > sa.bindparam("apres", type_=sa.BigInteger)
    return Statement(select.where(apres, *conditions).order_by(c.id).limit(LOT), Octets)


EN_ANALYSE = _par_id(m.piece_jointe, _p.etat == literal(EtatPieceJointe.EN_ANALYSE))
GARDEES = _par_id(m.piece_jointe, _p.cle.is_not(None))
RECUS = _par_id(m.televersement, _t.etat == literal(EtatTeleversement.RECU))
DISPONIBLE: Statement[Any] = Statement(
    m.piece_jointe.update()
    .where(_p.id == _CIBLE, _p.etat == literal(EtatPieceJointe.EN_ANALYSE))
    .values(etat=literal(EtatPieceJointe.DISPONIBLE))
)
# Its bytes leave the row before they leave the storage: they are then an upload to be removed.
_RETENUE = sa.select(_p.id, _p.cle).where(_p.cle.is_not(None))
RETENUE: Statement[Any] = Statement(_RETENUE.where(_p.id == _CIBLE).with_for_update())
RETENUES: Statement[Any] = Statement(
    _RETENUE.where(_p.sollicitation_id == _CIBLE, _p.auteur_id == _QUI).with_for_update()
)
VIDER: Statement[Any] = Statement(
    m.piece_jointe.update()
    .where(_p.id == _CIBLE)
    .values(cle=None, etat=literal(EtatPieceJointe.REFUSEE))
)
PERIMES: Statement[Any] = Statement(
    sa.select(_t.id, _t.cle)
    .where(
        sa.or_(
            _t.etat == literal(EtatTeleversement.PERIME),
            _t.date < sa.bindparam("avant", type_=Instant),
        )
    )
    .limit(LOT)
)
PERIMER: Statement[Any] = Statement(
    m.televersement.update()
    .where(_t.id == _CIBLE)
    .values(etat=literal(EtatTeleversement.PERIME))
    .returning(_t.id)
)
