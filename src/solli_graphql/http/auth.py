"""Bearer tokens, in the Authorization header alone."""

from collections.abc import Mapping
from functools import lru_cache

import orjson
from starlette.responses import Response

from solli_graphql.domain.acteur import Acteur
from solli_graphql.domain.errors import LECTURE_SEULE, AccesRefuse, NonAuthentifie
from solli_graphql.http.negotiation import KNOWN, Headers
from solli_graphql.services.identite import Identite
from solli_graphql.services.liens import Lien


async def acteur(headers: Headers, identite: Identite, *, ecriture: bool = False) -> Acteur | None:
    """
    Give who calls, or None without a token: every door asks this, and nothing else.

    Raises NonAuthentifie for a bad token, AccesRefuse for a read-only one at a door that writes.
    """
    jeton = bearer(headers)
    if jeton is None:
        return None
    found = identite.connu(jeton) or await identite.acteur(jeton)
    if ecriture and found.lecture_seule:
        raise AccesRefuse(LECTURE_SEULE)
    return found


async def suivi(
    headers: Headers, identite: Identite, lien: Lien | None, *, ecriture: bool = False
) -> Acteur | None:
    """
    Give whom a link names, with today's rights; None where it opens nothing.

    It suffices alone; a bearer beside it must be of the same person. Raises NonAuthentifie for a
    bad one, whatever the link: a good link makes nobody anonymous.
    """
    try:
        porteur = await acteur(headers, identite, ecriture=ecriture)
    except AccesRefuse:
        return None
    if lien is None or (porteur is not None and porteur.id != lien.acteur_id):
        return None
    return await identite.par_id(lien.acteur_id)


def refus(entetes: Mapping[str, str]) -> Response:
    """Refuse a bad bearer beside a link, as /graphql does."""
    errors = [{"message": NonAuthentifie.message, "extensions": {"code": NonAuthentifie.code}}]
    tous = {**entetes, "WWW-Authenticate": "Bearer"}
    return Response(orjson.dumps({"errors": errors}), 401, tous, "application/json")


def bearer(headers: Headers) -> str | None:
    """Give the token shown, or None without one. Raises NonAuthentifie for anything else."""
    given = [value for name, value in headers if name == b"authorization"]
    if not given:
        return None
    if len(given) > 1:
        raise NonAuthentifie
    return _token(given[0])


@lru_cache(maxsize=KNOWN)
def _token(header: bytes) -> str:
    scheme, _, token = header.decode("latin-1").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise NonAuthentifie
    return token.strip()
