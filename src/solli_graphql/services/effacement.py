"""Erases a person from what is closed and kept long enough; its chain stays verifiable (P2)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from solli_graphql.db import models as m
from solli_graphql.db.colonnes import Instant
from solli_graphql.db.database import Database, Statement, Tx, read
from solli_graphql.db.pieces import RETENUES
from solli_graphql.db.vues import literal
from solli_graphql.domain.preuve import EFFACE
from solli_graphql.domain.textes import replier
from solli_graphql.domain.workflow import Action
from solli_graphql.services.pieces import vider

LOT = 10_000  # ids looked at in one statement
FINIES = ("REPONSE_APPORTEE", "CLOTUREE")
DE_L_EMETTEUR = (Action.REPONDRE_COMPLEMENT, Action.ROUVRIR, Action.CLOTURER)
_s, _t, _h, _p, _u = (
    *(m.sollicitation.c, m.historique_texte.c, m.historique.c, m.piece_jointe.c, m.utilisateur.c),
)
_ID: Statement[int] = Statement(
    sa.select(_u.id).where(_u.courriel == sa.bindparam("courriel", type_=sa.Text)), int
)
_DERNIER: Statement[int] = Statement(sa.select(sa.func.coalesce(sa.func.max(_s.id), 0)), int)
_QUI = sa.bindparam("qui", type_=sa.BigInteger)
_COURRIEL = sa.bindparam("courriel", type_=sa.Text)
_CIBLE = sa.bindparam("cible", type_=sa.BigInteger)
_ECHUE = sa.and_(
    sa.or_(*(_s.statut == literal(s) for s in FINIES)),
    _s.date_mise_a_jour < sa.bindparam("avant", type_=Instant),
)
# Those that name the person, and whether each is closed and kept long enough.
_CONCERNEES: Statement[Any] = Statement(
    sa.select(_s.id, sa.case((_ECHUE, 1), else_=0).label("echue")).where(
        _s.id > sa.bindparam("apres", type_=sa.BigInteger),
        _s.id <= sa.bindparam("jusque", type_=sa.BigInteger),
        sa.or_(
            _s.contact_courriel == _COURRIEL,
            sa.exists().where(_t.sollicitation_id == _s.id, _t.auteur_id == _QUI),
        ),
    )
)
_ROW: Statement[Any] = Statement(
    sa.select(_s.numero_objet, _s.description, _s.contact_courriel)
    .where(_s.id == _CIBLE, _ECHUE)
    .with_for_update()
)
_LIGNES: Statement[Any] = Statement(
    sa.select(_h.seq, _h.action, _t.auteur_id, _t.texte)
    .join_from(m.historique, m.historique_texte)
    .where(_h.sollicitation_id == _CIBLE)
    .order_by(_h.seq)
)


def _efface(colonne: sa.Column[Any]) -> Any:
    return sa.case((colonne.is_not(None), EFFACE))


_NOMS = {"auteur_id": None, "auteur_nom": EFFACE, "auteur_prenom": EFFACE}
_EFFACER_LIGNE: Statement[Any] = Statement(
    m.historique_texte.update()
    .where(_t.sollicitation_id == _CIBLE, _t.seq == sa.bindparam("rang", type_=sa.Integer))
    .values(**_NOMS, sel=None, texte=_efface(_t.texte), texte_interne=_efface(_t.texte_interne))
)
_EFFACER_DEPOT: Statement[Any] = Statement(
    m.sollicitation.update()
    .where(_s.id == _CIBLE)
    .values(description=EFFACE, contact_courriel=None, contact_telephone=None)
)
_EFFACER_PIECES: Statement[Any] = Statement(
    m.piece_jointe.update()
    .where(_p.sollicitation_id == _CIBLE, _p.auteur_id == _QUI)
    .values(**_NOMS, nom_fichier=EFFACE)
)
_CHERCHER: Statement[Any] = Statement(
    m.sollicitation_recherche.update().where(
        m.sollicitation_recherche.c.sollicitation_id == _CIBLE
    ),
    columns=["texte"],
)
_FERMER: Statement[Any] = Statement(m.utilisateur.update().where(_u.id == _QUI), columns=["actif"])
_COMPTE = ("nom", "prenom", "courriel", "sujet", "client", "actif")
_EFFACER_COMPTE: Statement[Any] = Statement(
    m.utilisateur.update().where(_u.id == _QUI), columns=_COMPTE
)


@dataclass(frozen=True)
class Bilan:
    """How many were erased, and how many still name the person: too recent, or open."""

    effacees: int
    restantes: int
    connue: bool = True


async def dernier(db: Database) -> int:
    """Give the last id: what there is to look at."""
    return (await read(db, _DERNIER))[0]


async def effacer(
    db: Database, courriel: str, avant: datetime, avancer: Callable[[int], None]
) -> Bilan:
    """
    Overwrite texts, names, contact, files of a person where the last change is older than `avant`.

    The account is closed at once, and loses its names once nothing names it any more. What is left
    is told, to be erased by a later run. A deposit is erased whole if its contact is the person.
    """
    trouves = await read(db, _ID, courriel=courriel)
    qui = trouves[0] if trouves else 0
    fin = await dernier(db)
    effacees = restantes = 0
    for apres in range(0, fin, LOT):
        bornes = {"apres": apres, "jusque": apres + LOT, "avant": avant}
        for id_, echue in await read(db, _CONCERNEES, qui=qui, courriel=courriel, **bornes):
            if echue and await db.write(_effacer_une, id_, qui, courriel, avant):
                effacees += 1
            else:
                restantes += 1
        avancer(min(LOT, fin - apres))
    if qui:
        await db.write(_fermer, qui, entierement=not restantes)
    return Bilan(effacees, restantes, connue=bool(qui or effacees or restantes))


async def _effacer_une(tx: Tx, id_: int, qui: int, courriel: str, avant: datetime) -> bool:
    """Erase one, unless somebody has just reopened it."""
    row = await tx.one(_ROW, cible=id_, avant=avant)
    if row is None:
        return False
    numero_objet, description, contact = row
    lignes = await tx.all(_LIGNES, cible=id_)
    depot = contact == courriel or lignes[0][2] == qui
    rangs = {seq for seq, _, auteur, _ in lignes if auteur == qui} | ({1} if depot else set())
    textes = [
        EFFACE if seq in rangs else texte
        for seq, action, _, texte in lignes
        if action in DE_L_EMETTEUR and texte
    ]
    cherche = replier(EFFACE if depot else description, numero_objet, *textes)
    if depot:
        await tx.write((_EFFACER_DEPOT, {"cible": id_}))
    for rang in sorted(rangs):
        await tx.write((_EFFACER_LIGNE, {"cible": id_, "rang": rang}))
    for piece in await tx.all(RETENUES, cible=id_, utilisateur=qui):
        await vider(tx, *piece)
    await tx.write((_EFFACER_PIECES, {"cible": id_, "qui": qui}))
    await tx.write((_CHERCHER, {"cible": id_, "texte": cherche}))
    return True


async def _fermer(tx: Tx, qui: int, *, entierement: bool) -> None:
    if entierement:
        anonyme = {"nom": EFFACE, "prenom": EFFACE, "courriel": f"efface-{qui}@invalid"}
        rien = {"sujet": None, "client": None, "actif": False}
        await tx.write((_EFFACER_COMPTE, {"qui": qui, **anonyme, **rien}))
    else:
        await tx.write((_FERMER, {"qui": qui, "actif": False}))
