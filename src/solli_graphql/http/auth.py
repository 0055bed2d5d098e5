"""Bearer tokens, in the Authorization header alone."""

from solli_graphql.domain.acteur import Acteur
from solli_graphql.domain.errors import NonAuthentifie
from solli_graphql.http.negotiation import Headers
from solli_graphql.services.identite import Identite


async def acteur(headers: Headers, identite: Identite) -> Acteur | None:
    """Give who calls, or None without a token. Raises NonAuthentifie for a bad one."""
    given = [value for name, value in headers if name == b"authorization"]
    if not given:
        return None
    scheme, _, token = given[0].decode("latin-1").partition(" ")
    if len(given) > 1 or scheme.lower() != "bearer" or not token.strip():
        raise NonAuthentifie
    return await identite.acteur(token.strip())
