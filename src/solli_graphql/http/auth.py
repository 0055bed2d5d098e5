"""Bearer tokens, in the Authorization header alone."""

from starlette.requests import Request

from solli_graphql.domain.acteur import Acteur
from solli_graphql.domain.errors import NonAuthentifie
from solli_graphql.services.identite import Identite


async def acteur(request: Request, identite: Identite) -> Acteur | None:
    """Give who calls, or None without a token. Raises NonAuthentifie for a bad one."""
    headers = request.headers.getlist("authorization")
    if not headers:
        return None
    scheme, _, token = headers[0].partition(" ")
    if len(headers) > 1 or scheme.lower() != "bearer" or not token.strip():
        raise NonAuthentifie
    return await identite.acteur(token.strip())
