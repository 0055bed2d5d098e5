"""The identity provider: JWT are checked here, any other token by its issuer."""

from functools import partial

import httpx
from cachetools import TTLCache

from solli_graphql.domain.errors import NonAuthentifie, Occupe
from solli_graphql.services.emetteur import DELAI, INJOIGNABLE, Emetteur, Injoignable, Signes
from solli_graphql.services.introspection import Client, Introspection
from solli_graphql.services.jetons import Porteur, Regles

PARTIES = 3  # of a JWT
INCONNU = 60  # seconds before the issuer is asked again about a subject without an account
REFUS = (httpx.codes.BAD_REQUEST, httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN)


class Fournisseur:
    """Verifies the tokens of one issuer, by their form."""

    def __init__(
        self,
        regles: Regles,
        client: Client | None,
        *,
        tous: bool = False,
        userinfo: bool = False,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        http = httpx.AsyncClient(timeout=DELAI, follow_redirects=False, transport=transport)
        self._regles, self._emetteur = regles, Emetteur(regles.emetteur, http)
        self._signes = Signes(self._emetteur, regles)
        self._introspection = Introspection(self._emetteur, regles, client) if client else None
        self._tous, self._userinfo = tous, userinfo
        self._inconnus: TTLCache[str, None] = TTLCache(maxsize=4096, ttl=INCONNU)

    async def open(self) -> None:
        """Ask the issuer what it publishes; it may be down."""
        await self._emetteur.open()

    async def close(self) -> None:
        """Stop asking."""
        await self._emetteur.close()

    @property
    def pret(self) -> bool:
        """Tell whether tokens can be checked."""
        return self._emetteur.pret

    async def verifier(self, jeton: str) -> Porteur:
        """Check a token whole. Raises NonAuthentifie or Occupe."""
        porteur = await self._lire(jeton)
        if not self._userinfo or porteur.par != "sujet":
            return porteur
        return porteur._replace(demander=partial(self._adresse, jeton, porteur.valeur))

    async def _lire(self, jeton: str) -> Porteur:
        if jeton.count(".") == PARTIES - 1 and not self._tous:
            return await self._signes.verifier(jeton)
        if self._introspection is None:
            raise NonAuthentifie
        return await self._introspection.verifier(jeton)

    async def _adresse(self, jeton: str, sujet: str) -> str | None:
        """Ask the issuer for the address of a subject that no account has. Raises Occupe."""
        if sujet in self._inconnus:
            return None
        self._inconnus[sujet] = None
        try:
            dites = await self._emetteur.userinfo(jeton)
        except Injoignable as e:
            if e.statut in REFUS:
                return None
            del self._inconnus[sujet]
            raise Occupe(INJOIGNABLE) from e
        juste = dites.get(self._regles.claim) == sujet
        return self._regles.adresse(dites) if juste else None
