"""Who calls: a bearer token says it, the database says what they may do."""

import os
import time
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from cachetools import TTLCache
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

from solli_graphql.db import models as m
from solli_graphql.db.database import Database, Statement, Tx, read
from solli_graphql.domain.acteur import MINUTES_MAXIMUM, Acteur, Habilitation, Role
from solli_graphql.domain.errors import NonAuthentifie
from solli_graphql.domain.textes import COURT

EMETTEUR, AUDIENCE, TYP = "solli-demo", "solli-graphql", "at+jwt"
TOLERANCE = 30  # seconds
OUBLI = 5  # seconds after which a revoked right or account is gone
DEMO, PSEUDONYMES = "jetons_demo", "pseudonymes"

_CLE: Statement[bytes] = Statement(
    sa.select(m.cle.c.valeur).where(m.cle.c.nom == sa.bindparam("nom", type_=sa.Text)), bytes
)
_AJOUTER: Statement[Any] = Statement(m.cle.insert(), columns=("nom", "valeur"))
_h, _u = m.habilitation.c, m.utilisateur.c
_UTILISATEURS = (
    sa.select(
        *(_u.id, _u.nom, _u.prenom, _h.id.label("habilitation"), _h.role, _h.structure_id),
        m.habilitation_service.c.service_id,
    )
    .select_from(m.utilisateur)
    .outerjoin(m.habilitation)
    .outerjoin(m.habilitation_service)
    .where(_u.actif)
)
_UTILISATEUR: Statement[Any] = Statement(
    _UTILISATEURS.where(_u.courriel == sa.bindparam("courriel", type_=sa.Text))
)
_PAR_ID: Statement[Any] = Statement(
    _UTILISATEURS.where(_u.id == sa.bindparam("id", type_=sa.BigInteger))
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


async def acteur(db: Database, courriel: str) -> Acteur | None:
    """Find a user in use with today's habilitations, or None."""
    return _acteur(await read(db, _UTILISATEUR, courriel=courriel.lower()))


async def acteur_par_id(db: Database, id_: int) -> Acteur | None:
    """Find a user in use by id with today's habilitations, or None."""
    return _acteur(await read(db, _PAR_ID, id=id_))


def _acteur(rows: list[Any]) -> Acteur | None:
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


def signer(cle_: bytes, courriel: str, *, minutes: int, maintenant: datetime) -> str:
    """Sign an access token of the demo issuer, for at most an hour."""
    debut = int(maintenant.timestamp())
    claims = {
        "iss": EMETTEUR,
        "aud": AUDIENCE,
        "sub": courriel,
        "iat": debut,
        "exp": debut + 60 * min(minutes, MINUTES_MAXIMUM),
    }
    return jwt.encode({"alg": "HS256", "typ": TYP}, claims, OctKey.import_key(cle_))


def verifier(cle_: bytes, jeton: str, *, maintenant: datetime) -> tuple[str, int]:
    """
    Check a token whole and give its subject and expiry.

    Raises NonAuthentifie: another key, algorithm, type, issuer or audience, no expiry, more than
    an hour of life, expired, or not yet valid.
    """
    try:
        decode = jwt.decode(jeton, OctKey.import_key(cle_), algorithms=["HS256"])
        courriel, fin = _claims(decode.header, decode.claims, int(maintenant.timestamp()))
    except (JoseError, ValueError, TypeError, KeyError) as e:
        raise NonAuthentifie from e
    return courriel, fin


def _claims(header: dict[str, Any], claims: dict[str, Any], maintenant: int) -> tuple[str, int]:
    debut, fin, courriel = claims["iat"], claims["exp"], claims["sub"]
    valide = (
        header.get("typ") == TYP
        and claims["iss"] == EMETTEUR
        and claims["aud"] == AUDIENCE
        and type(debut) is int
        and type(fin) is int
        and isinstance(courriel, str)
        and courriel.isprintable()
        and len(courriel) <= COURT
        and debut - TOLERANCE <= maintenant < fin + TOLERANCE
        and 0 < fin - debut <= 60 * MINUTES_MAXIMUM
        and claims.get("nbf", debut) <= maintenant + TOLERANCE
    )
    if not valide:
        raise ValueError
    return courriel, fin


class Identite:
    """Turns a bearer token into an Acteur; what it found is trusted for five seconds."""

    def __init__(self, db: Database, cle_: bytes | None) -> None:
        self._db, self._cle = db, cle_
        self._connus: TTLCache[str, tuple[int, Acteur]] = TTLCache(maxsize=4096, ttl=OUBLI)

    async def acteur(self, jeton: str) -> Acteur:
        """Find who bears a token. Raises NonAuthentifie."""
        connu = self._connus.get(jeton)
        if connu and time.time() < connu[0] + TOLERANCE:
            return connu[1]
        if self._cle is None:  # no issuer is trusted
            raise NonAuthentifie
        courriel, fin = verifier(self._cle, jeton, maintenant=datetime.now(UTC))
        found = await acteur(self._db, courriel)
        if found is None:
            raise NonAuthentifie
        self._connus[jeton] = (fin, found)
        return found

    async def par_id(self, id_: int) -> Acteur | None:
        """Find somebody who is in use, with today's rights."""
        return await acteur_par_id(self._db, id_)
