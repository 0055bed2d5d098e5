"""Who calls: a bearer token says it, the database says what they may do."""

import os
import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import sqlalchemy as sa

from solli_graphql.db import models as m
from solli_graphql.db.database import Database, Statement, Tx, read
from solli_graphql.domain.acteur import Acteur, Habilitation, Role
from solli_graphql.domain.errors import NonAuthentifie
from solli_graphql.services.jetons import TOLERANCE, Porteur, Verificateur, secondes
from solli_graphql.services.securite import Trace

CONNUS = 4096  # tokens remembered
OUBLI = 5  # seconds after which a revoked right, account or token is gone
DEMO, PSEUDONYMES = "jetons_demo", "pseudonymes"

_CLE: Statement[bytes] = Statement(
    sa.select(m.cle.c.valeur).where(m.cle.c.nom == sa.bindparam("nom", type_=sa.Text)), bytes
)
_AJOUTER: Statement[Any] = Statement(m.cle.insert(), columns=("nom", "valeur"))
_h, _u = m.habilitation.c, m.utilisateur.c


def _utilisateur(colonne: sa.ColumnElement[Any]) -> Statement[Any]:
    return Statement(
        sa.select(
            *(_u.id, _u.nom, _u.prenom, _h.id.label("habilitation"), _h.role, _h.structure_id),
            m.habilitation_service.c.service_id,
        )
        .select_from(m.utilisateur)
        .outerjoin(m.habilitation)
        .outerjoin(m.habilitation_service)
        .where(colonne == sa.bindparam("valeur", type_=colonne.type), _u.actif)
    )


_UTILISATEURS = {c: _utilisateur(_u[c]) for c in ("id", "courriel", "sujet", "client")}
_LIE: Statement[int] = Statement(
    sa.select(_u.id).where(_u.sujet == sa.bindparam("sujet", type_=sa.Text)), int
)
_A_LIER: Statement[int] = Statement(
    sa.select(_u.id)
    .where(
        _u.courriel == sa.bindparam("courriel", type_=sa.Text),
        *(_u.actif, _u.sujet.is_(None), _u.client.is_(None)),
    )
    .with_for_update(),
    int,
)
_LIER: Statement[Any] = Statement(
    m.utilisateur.update().where(_u.id == sa.bindparam("cible", type_=sa.BigInteger)),
    columns=("sujet",),
)


async def cle(db: Database, nom: str) -> bytes | None:
    """Read a key of this database, or None."""
    found = await read(db, _CLE, nom=nom)
    return found[0] if found else None


async def cle_demo(tx: Tx) -> bytes:
    """Read the key that signs the demonstration's tokens; make it the first time."""
    found = await tx.one(_CLE, nom=DEMO)
    if found is None:
        found = os.urandom(32)
        await tx.write((_AJOUTER, {"nom": DEMO, "valeur": found}))
    return found


async def acteur(db: Database, valeur: str | int, *, par: str = "courriel") -> Acteur | None:
    """Find a user in use with today's habilitations, or None."""
    cherchee = str(valeur).lower() if par == "courriel" else valeur
    rows = await read(db, _UTILISATEURS[par], valeur=cherchee)
    if not rows:
        return None
    id_, nom, prenom = rows[0][:3]
    services: dict[int, set[int]] = {}
    portees: dict[int, tuple[Role, int | None]] = {}
    for *_, habilitation, role, structure_id, service_id in rows:
        if habilitation is not None:
            portees[habilitation] = (Role(role), structure_id)
            services.setdefault(habilitation, set()).update({service_id} - {None})
    return Acteur(
        *(id_, nom, prenom),
        tuple(Habilitation(*portees[h], frozenset(services[h])) for h in sorted(portees)),
    )


async def lier(tx: Tx, sujet: str, courriel: str) -> int | None:
    """
    Bind an account to the subject of an issuer that vouches for its address, once and for all.

    An account that is bound, of a partner or out of use is not; nor is a subject already bound.
    """
    if await tx.one(_LIE, sujet=sujet) is not None:
        return None
    cible = await tx.one(_A_LIER, courriel=courriel)
    if cible is not None:
        await tx.write((_LIER, {"sujet": sujet, "cible": cible}))
    return cible


class Connu(NamedTuple):
    """Somebody found lately, with their rights, and until when, by the monotonic clock."""

    jusque: float
    acteur: Acteur


class Identite:
    """Turns a bearer token into an Acteur; what it found is trusted for five seconds in all."""

    def __init__(self, db: Database, verificateurs: Sequence[Verificateur], trace: Trace) -> None:
        self._db, self._verificateurs, self._trace = db, verificateurs, trace
        self._connus: dict[str, Connu] = {}  # the oldest first

    def connu(self, jeton: str) -> Acteur | None:
        """Give who bears a token, if that was found lately."""
        connu = self._connus.get(jeton)
        return connu.acteur if connu and time.monotonic() < connu.jusque else None

    async def acteur(self, jeton: str) -> Acteur:
        """Find who bears a token. Raises NonAuthentifie, or Occupe when that cannot be known."""
        if connu := self.connu(jeton):
            return connu
        depuis = time.monotonic()
        porteur = await self._verifier(jeton)
        found = await acteur(self._db, porteur.valeur, par=porteur.par)
        if found is None and porteur.par == "sujet":
            found = await self._lier(porteur)
        if found is None:
            raise NonAuthentifie
        found = replace(found, lecture_seule=porteur.lecture_seule)
        self._connus.pop(jeton, None)
        if len(self._connus) >= CONNUS:
            del self._connus[next(iter(self._connus))]
        reste = porteur.fin + TOLERANCE - secondes()
        jusque = min(min(depuis, porteur.depuis) + OUBLI, time.monotonic() + reste)
        self._connus[jeton] = Connu(jusque, found)
        return found

    async def par_id(self, id_: int) -> Acteur | None:
        """Find somebody who is in use, with today's rights."""
        return await acteur(self._db, id_, par="id")

    async def _verifier(self, jeton: str) -> Porteur:
        for verificateur in self._verificateurs:
            try:
                return await verificateur.verifier(jeton)
            except NonAuthentifie:
                continue
        raise NonAuthentifie

    async def _lier(self, porteur: Porteur) -> Acteur | None:
        courriel = porteur.courriel
        if courriel is None and porteur.demander:
            courriel = await porteur.demander()
        if courriel is None or await acteur(self._db, courriel) is None:
            return None
        lie = await self._db.write(lier, porteur.valeur, courriel)
        if lie is None:
            return None
        self._trace.noter("LIER_UTILISATEUR", acteur=None, cible=lie)
        return await acteur(self._db, porteur.valeur, par=porteur.par)
