"""Tokens that only their issuer can read: it is asked what each is worth (RFC 7662, RFC 9701)."""

import asyncio
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import httpx
import structlog
from cachetools import TTLCache
from joserfc import jwe
from joserfc.errors import JoseError
from joserfc.jwe import JWERegistry
from joserfc.jwk import RSAKey

from solli_graphql.domain.errors import NonAuthentifie, Occupe
from solli_graphql.services.emetteur import INJOIGNABLE, Emetteur, Injoignable
from solli_graphql.services.jetons import (
    TOLERANCE,
    Claims,
    Porteur,
    Regles,
    lire,
    secondes,
)

FORME = re.compile(r"[A-Za-z0-9._~+/-]{16,4096}=*")  # RFC 6750
REFUS, MEMOIRE = 5, 3600  # seconds that a refusal, and that a token was good, are remembered
INCONNUS, CONNUS = 32, 128  # tokens asked about at once: never seen, or good until lately
JSON, SIGNE = "application/json", "application/token-introspection+jwt"
CHIFFREMENTS = ("RSA-OAEP", "RSA-OAEP-256", "A128GCM", "A256GCM", "A128CBC-HS256", "A256CBC-HS512")
LECTURE = JWERegistry(algorithms=CHIFFREMENTS, strict_check_header=False)  # iss and aud stand there
log = structlog.get_logger()


@dataclass(frozen=True)
class Client:
    """Who asks, and how it wants to be answered."""

    id: str
    secret: str
    signee: bool = False  # RFC 9701, and nothing else
    pem: bytes | None = None  # of the RSA key that decrypts answers


class Introspection:
    """Asks the issuer about a token: once for all who show it at the same time."""

    def __init__(self, emetteur: Emetteur, regles: Regles, client: Client) -> None:
        self._emetteur, self._regles, self._client = emetteur, regles, client
        self._cle = client.pem and RSAKey.import_key(client.pem)
        self._en_cours: dict[bytes, asyncio.Task[Porteur]] = {}
        self._refuses: TTLCache[bytes, None] = TTLCache(maxsize=4096, ttl=REFUS)
        self._bons: TTLCache[bytes, None] = TTLCache(maxsize=4096, ttl=MEMOIRE)

    async def verifier(self, jeton: str) -> Porteur:
        cle = sha256(jeton.encode()).digest()
        if cle in self._refuses or not FORME.fullmatch(jeton):
            raise NonAuthentifie
        self._emetteur.exiger()
        tache = self._en_cours.get(cle)
        if tache is None:
            # A flood of invented tokens must not keep out those that were good until now.
            if len(self._en_cours) >= (CONNUS if cle in self._bons else INCONNUS):
                raise Occupe
            tache = asyncio.create_task(self._juger(cle, jeton))
            self._en_cours[cle] = tache
            tache.add_done_callback(lambda t: self._finie(cle, t))
        return await asyncio.shield(tache)

    def _finie(self, cle: bytes, tache: asyncio.Task[Porteur]) -> None:
        del self._en_cours[cle]
        if not tache.cancelled():
            tache.exception()  # whoever asked may be gone

    async def _juger(self, cle: bytes, jeton: str) -> Porteur:
        depuis = time.monotonic()
        try:
            porteur = lire(self._regles, _actif(await self._demander(jeton), self._emetteur.url))
        except NonAuthentifie:
            self._bons.pop(cle, None)
            self._refuses[cle] = None
            raise
        self._bons[cle] = None
        return porteur._replace(depuis=depuis)

    async def _demander(self, jeton: str) -> Claims:
        """Send the token to the issuer. Raises Occupe where it gives no answer."""
        m, c = self._emetteur.metadonnees, self._client
        formulaire = {"token": jeton, "token_type_hint": "access_token"}
        methodes = m.get(
            "introspection_endpoint_auth_methods_supported",
            m.get("token_endpoint_auth_methods_supported", ["client_secret_basic"]),
        )
        basic = "client_secret_basic" in methodes
        if not basic:
            formulaire |= {"client_id": c.id, "client_secret": c.secret}
        try:
            return await self._reponse(
                methode="POST",
                data=formulaire,
                headers={"Accept": SIGNE if c.signee else JSON},
                **({"auth": (c.id, c.secret)} if basic else {}),
            )
        except Injoignable as e:
            log.warning("introspection_impossible", raison=str(e))
            if e.statut == httpx.codes.BAD_REQUEST:  # no token of a kind that it reads
                raise NonAuthentifie from e
            raise Occupe(INJOIGNABLE) from e

    async def _reponse(self, **requete: Any) -> Claims:
        url = self._emetteur.metadonnees.get("introspection_endpoint")
        if not self._client.signee:
            return await self._emetteur.demander(url, **requete)
        texte = (await self._emetteur.lire(url, **requete)).decode("ascii", "replace").strip()
        try:
            header, claims = await self._emetteur.ouvrir(self._dechiffrer(texte))
        except NonAuthentifie as e:
            message = "sa réponse n'est pas signée de lui"
            raise Injoignable(message) from e
        return self._dite(header, claims)

    def _dechiffrer(self, texte: str) -> str:
        if not self._cle:
            return texte
        try:
            lu = jwe.decrypt_compact(texte, self._cle, registry=LECTURE)
            return (lu.plaintext or b"").decode("ascii", "replace")
        except (JoseError, ValueError, TypeError) as e:
            message = "sa réponse n'est pas chiffrée pour nous"
            raise Injoignable(message) from e

    def _dite(self, header: Claims, claims: Claims) -> Claims:
        """Check that a signed answer is one, for us, and fresh (RFC 9701, 5)."""
        typ = str(header.get("typ", "")).lower().removeprefix("application/")
        dite, debut, pour = claims.get("token_introspection"), claims.get("iat"), claims.get("aud")
        valide = (
            typ == "token-introspection+jwt"
            and claims.get("iss") == self._emetteur.url
            and (pour == self._client.id or (isinstance(pour, list) and self._client.id in pour))
            and type(debut) is int
            and abs(secondes() - debut) <= 2 * TOLERANCE
            and isinstance(dite, dict)
        )
        if not valide or not isinstance(dite, dict):
            message = "sa réponse signée n'en est pas une"
            raise Injoignable(message)
        return dite


def _actif(dite: Claims, emetteur: str) -> Mapping[str, Any]:
    """Keep the answer about an access token in use. Raises NonAuthentifie."""
    if dite.get("active") is not True or str(dite.get("token_type")).lower() != "bearer":
        raise NonAuthentifie  # unknown, revoked, or a refresh token
    return {"iss": emetteur, **dite}
