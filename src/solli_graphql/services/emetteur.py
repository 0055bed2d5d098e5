"""The OpenID Connect issuer: what it publishes, fetched seldom, and the tokens that it signs."""

import asyncio
import time
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import httpx
import orjson
import structlog
from joserfc.errors import JoseError
from joserfc.jwk import JWKRegistry, Key, RSAKey

from solli_graphql.domain.errors import NonAuthentifie, Occupe
from solli_graphql.services.jetons import Claims, Porteur, Regles, lire, ouvrir

ALGORITHMES = (
    *("RS256", "RS384", "RS512", "PS256", "PS384", "PS512"),
    *("ES256", "ES384", "ES512", "EdDSA", "Ed25519"),
)
FAMILLES = {"RS": "RSA", "PS": "RSA", "ES": "EC", "Ed": "OKP"}
DELAI, TAILLE, CLES = 5, 256 * 1024, 64  # seconds and bytes of an answer; keys of a set
ROTATION = 60  # seconds between two fetches for keys that are unknown
FRAICHEUR, RETOUR, PEREMPTION = 600, 5, 3600  # seconds: between fetches, after a failure, at most
BITS_RSA = 2048
INJOIGNABLE = "Le fournisseur d'identité est injoignable : réessayez dans quelques secondes."
log = structlog.get_logger()


class Injoignable(Exception):
    """The issuer cannot be reached, or answers what is no answer."""

    def __init__(self, raison: str, statut: int | None = None) -> None:
        self.statut = statut
        super().__init__(raison)


def url_sure(url: object) -> str:
    """Give a URL that secrets may be sent to: TLS, or this very machine. Raises ValueError."""
    lue = httpx.URL(url if isinstance(url, str) else "")
    local = lue.scheme == "http" and lue.host in ("127.0.0.1", "::1", "localhost")
    if not lue.host or not (lue.scheme == "https" or local) or lue.userinfo or lue.fragment:
        message = "https est requis."
        raise ValueError(message)
    return str(url)


class Emetteur:
    """What is known of the issuer; a task keeps it fresh, requests wait for a rotation only."""

    def __init__(self, url: str, http: httpx.AsyncClient) -> None:
        self.url, self._http = url, http
        self.metadonnees: Mapping[str, Any] = {}
        self._cles: tuple[Key, ...] = ()
        self._lues = self._rotation = float("-inf")
        self._verrou = asyncio.Lock()
        self._veille: asyncio.Task[None] | None = None

    @property
    def pret(self) -> bool:
        """Tell whether the issuer is known, and lately enough."""
        return time.monotonic() < self._lues + PEREMPTION

    async def open(self) -> None:
        """Ask the issuer once, then keep asking; one that is down does not stop the server."""
        await self._essayer()
        self._veille = asyncio.create_task(self._veiller())

    async def close(self) -> None:
        """Stop asking."""
        if self._veille:
            self._veille.cancel()
            with suppress(asyncio.CancelledError):
                await self._veille
        await self._http.aclose()

    async def _veiller(self) -> None:
        while True:
            frais = time.monotonic() < self._lues + FRAICHEUR
            await asyncio.sleep(FRAICHEUR if frais else RETOUR)
            await self._essayer()

    async def _essayer(self) -> None:
        try:
            self.metadonnees = await self._decouvrir()
            await self._lire_les_cles()
        except Injoignable as e:
            log.warning("emetteur_injoignable", raison=str(e))

    async def _decouvrir(self) -> Mapping[str, Any]:
        lues = await self.demander(f"{self.url.rstrip('/')}/.well-known/openid-configuration")
        if lues.get("issuer") != self.url:
            message = "il se nomme autrement que SOLLI_OIDC_ISSUER"
            raise Injoignable(message)
        return lues

    async def _lire_les_cles(self) -> None:
        lues = (await self.demander(self.metadonnees.get("jwks_uri"))).get("keys")
        cles = _verifiantes(lues if isinstance(lues, list) else [])
        if not cles:
            message = "il ne publie aucune clé de signature"
            raise Injoignable(message)
        self._cles, self._lues = cles, time.monotonic()

    async def demander(self, url: object, **requete: Any) -> dict[str, Any]:
        """Fetch a JSON object. Raises Injoignable."""
        try:
            lu = orjson.loads(await self.lire(url, **requete))
        except orjson.JSONDecodeError as e:
            message = "sa réponse n'est pas du JSON"
            raise Injoignable(message) from e
        if not isinstance(lu, dict):
            message = "sa réponse n'est pas un objet"
            raise Injoignable(message)
        return lu

    async def lire(self, url: object, *, methode: str = "GET", **requete: Any) -> bytes:
        """Fetch a small answer, in time, without following anything. Raises Injoignable."""
        corps = bytearray()
        try:
            async with (
                asyncio.timeout(DELAI),
                self._http.stream(methode, url_sure(url), **requete) as reponse,
            ):
                if reponse.status_code != httpx.codes.OK:
                    raise Injoignable(f"HTTP {reponse.status_code}", reponse.status_code)
                async for morceau in reponse.aiter_bytes():
                    corps += morceau
                    if len(corps) > TAILLE:
                        message = "sa réponse est trop longue"
                        raise Injoignable(message)
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError, ValueError) as e:
            raise Injoignable(type(e).__name__) from e
        return bytes(corps)

    async def userinfo(self, jeton: str) -> Claims:
        """Ask who bears a token: JSON, or a JWT of the issuer's. Raises Injoignable or Occupe."""
        headers = {"Authorization": f"Bearer {jeton}"}
        dit = await self.lire(self.metadonnees.get("userinfo_endpoint"), headers=headers)
        try:
            if dit.lstrip().startswith(b"{"):
                lu: Claims = orjson.loads(dit)
                return lu
            return (await self.ouvrir(dit.decode("ascii").strip()))[1]
        except (ValueError, NonAuthentifie) as e:
            message = "il ne dit pas qui porte un jeton"
            raise Injoignable(message) from e

    def exiger(self) -> None:
        """Raise Occupe while the issuer is unknown: a token is neither good nor bad."""
        if not self.pret:
            raise Occupe(INJOIGNABLE)

    async def ouvrir(self, jeton: str) -> tuple[Claims, Claims]:
        """Check that the issuer signed this. Raises NonAuthentifie or Occupe."""
        self.exiger()
        try:
            return ouvrir(jeton, self._choisir, algorithmes=ALGORITHMES)
        except NonAuthentifie as e:
            if not isinstance(e.__cause__, _CleInconnue) or not await self._relire():
                raise
        return ouvrir(jeton, self._choisir, algorithmes=ALGORITHMES)

    def _choisir(self, signature: Any) -> Key:
        """Find the one key that a header means. Raises _CleInconnue or KeyError."""
        header = signature.headers()
        kid, alg = header.get("kid"), header["alg"]
        possibles = [
            c
            for c in self._cles
            if FAMILLES.get(str(alg)[:2]) == c.key_type and c.get("alg") in (None, alg)
        ]
        choisies = [c for c in possibles if kid is None or c.get("kid") == kid]
        if kid is not None and not any(c.get("kid") == kid for c in self._cles):
            raise _CleInconnue
        if len(choisies) != 1:
            raise KeyError
        return choisies[0]

    async def _relire(self) -> bool:
        """Fetch the keys for one that is unknown, at most once a minute for all who wait."""
        attendu = self._cles
        async with self._verrou:
            if self._cles is not attendu:
                return True
            if time.monotonic() < self._rotation + ROTATION:
                return False
            self._rotation = time.monotonic()
            try:
                await self._lire_les_cles()
            except Injoignable as e:
                log.warning("emetteur_injoignable", raison=str(e))
                return False
            return True


class _CleInconnue(KeyError):
    """The issuer may have changed its keys."""


def _verifiantes(lues: list[Any]) -> tuple[Key, ...]:
    """Keep the public keys that sign, and are worth it."""
    cles = []
    for jwk in lues[:CLES]:
        if not isinstance(jwk, dict) or jwk.get("kty") == "oct":
            continue
        if jwk.get("use", "sig") != "sig" or "verify" not in jwk.get("key_ops", ["verify"]):
            continue
        try:
            cle = JWKRegistry.import_key(jwk)
        except (JoseError, ValueError, TypeError, KeyError):
            continue
        if isinstance(cle, RSAKey) and cle.raw_value.key_size < BITS_RSA:
            continue
        cles.append(cle)
    return tuple(cles)


class Signes:
    """Tokens that are JWT of the issuer's, checked with the keys that it publishes."""

    def __init__(self, emetteur: Emetteur, regles: Regles) -> None:
        self._emetteur, self._regles = emetteur, regles

    async def verifier(self, jeton: str) -> Porteur:
        header, claims = await self._emetteur.ouvrir(jeton)
        return lire(self._regles, claims, header)
