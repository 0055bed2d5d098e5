"""Tokens forged against an issuer with keys of its own: none is accepted, at any door."""

import hmac
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from joserfc import jws
from joserfc.jwk import ECKey, OctKey, OKPKey, RSAKey

from client import Client
from fournisseur import API, Provider
from jetons import b64, check_401, now
from portes import Portes
from requetes import MOI
from solli_graphql.app import create_app
from solli_graphql.db.database import Tx
from solli_graphql.services import administration
from solli_graphql.settings import Mode, Settings

SUJET = "sujet-forge"
ALGORITHMES = ["RS256", "RS384", "PS256", "ES256", "ES384", "Ed25519", "HS256"]
AUTRE_RSA, AUTRE_EC = RSAKey.generate_key(2048), ECKey.generate_key("P-256")
OKP = OKPKey.generate_key("Ed25519")


@dataclass(frozen=True)
class Forge:
    """A served application, and the private keys of the issuer that it trusts."""

    http: httpx.AsyncClient
    emetteur: str
    rsa: RSAKey
    ec: ECKey

    def claims(self, **changes: Any) -> dict[str, Any]:
        """Give good claims, changed; a claim changed to None is left out."""
        good = {
            "iss": self.emetteur,
            "aud": API,
            "sub": SUJET,
            "client_id": "partenaire",
            "iat": now(),
            "exp": now() + 300,
        }
        return {n: v for n, v in (good | changes).items() if v is not None}

    def header(self, **changes: Any) -> dict[str, Any]:
        good = {"alg": "RS256", "typ": "at+jwt", "kid": self.rsa.kid}
        return {n: v for n, v in (good | changes).items() if v is not None}

    def signe(
        self, header: dict[str, Any] | None = None, payload: Any = None, cle: Any = None
    ) -> str:
        """Sign with the issuer's key, or another one."""
        content = payload if isinstance(payload, bytes) else json.dumps(payload or self.claims())
        registry = jws.JWSRegistry(algorithms=ALGORITHMES, strict_check_header=False)
        registry.max_header_length = 100_000
        h = header or self.header()
        return jws.serialize_compact(h, content, cle or self.rsa, registry=registry)

    def hmac(self, secret: bytes, alg: str = "HS256", **header: Any) -> str:
        """Sign with what is public, as if it were a secret."""
        signed = self.brut(self.header(alg=alg, **header), self.claims()).rsplit(".", 1)[0]
        return f"{signed}.{b64(hmac.digest(secret, signed.encode(), f'sha{alg[2:]}'))}"

    def brut(self, header: Any, payload: Any, signature: str = "") -> str:
        parts = (
            json.dumps(x).encode() if not isinstance(x, bytes) else x for x in (header, payload)
        )
        return ".".join([*map(b64, parts), signature])

    def dit(self, **changes: Any) -> str:
        """Sign wrong claims as the issuer would."""
        return self.signe(payload=self.claims(**changes))

    def tete(self, **changes: Any) -> str:
        """Sign good claims under a wrong header, as the issuer would."""
        return self.signe(self.header(**changes))

    def moitie(self, rang: int, quoi: str) -> str:
        parts = self.signe().split(".")
        parts[rang] = quoi
        return ".".join(parts)

    def a_soi(self, **header: Any) -> str:
        """Sign with a key that the token brings, or says where to find."""
        return self.signe(self.header(**header), cle=AUTRE_RSA)


PUBLIC = AUTRE_RSA.as_dict(private=False)
AILLEURS = "https://ailleurs.example/jwks"
FORGES: dict[str, Callable[[Forge], str]] = {
    # Another key, or none.
    "another RSA key, same kid": lambda f: f.signe(cle=AUTRE_RSA),
    "another EC key, same kid": lambda f: f.signe(
        f.header(alg="ES256", kid=f.ec.kid), cle=AUTRE_EC
    ),
    "an Ed25519 key": lambda f: f.signe(f.header(alg="Ed25519"), cle=OKP),
    "alg none": lambda f: f.brut(f.header(alg="none"), f.claims()),
    "alg NONE": lambda f: f.brut(f.header(alg="NONE"), f.claims()),
    "alg none, signed": lambda f: f.brut(f.header(alg="none"), f.claims(), "AAAA"),
    "alg empty": lambda f: f.brut(f.header(alg=""), f.claims(), "AAAA"),
    "no alg": lambda f: f.brut(f.header(alg=None), f.claims(), "AAAA"),
    "alg a list": lambda f: f.brut(f.header(alg=["RS256"]), f.claims(), "AAAA"),
    "alg a number": lambda f: f.brut(f.header(alg=256), f.claims(), "AAAA"),
    "alg unknown": lambda f: f.brut(f.header(alg="RS999"), f.claims(), "AAAA"),
    # The public key as the secret of a HMAC.
    "HS256 with the public PEM": lambda f: f.hmac(f.rsa.as_pem(private=False)),
    "HS256 with the public PEM, stripped": lambda f: f.hmac(f.rsa.as_pem(private=False).strip()),
    "HS256 with the public DER": lambda f: f.hmac(f.rsa.as_der(private=False)),
    "HS256 with the public JWK": lambda f: f.hmac(
        json.dumps(f.rsa.as_dict(private=False)).encode()
    ),
    "HS256 with the modulus": lambda f: f.hmac(str(f.rsa.as_dict(private=False)["n"]).encode()),
    "HS512 with the public PEM": lambda f: f.hmac(f.rsa.as_pem(private=False), "HS512"),
    "HS256 with the EC public PEM": lambda f: f.hmac(f.ec.as_pem(private=False), kid=f.ec.kid),
    "HS256 with nothing": lambda f: f.hmac(b""),
    "HS256 with the kid": lambda f: f.hmac(str(f.rsa.kid).encode()),
    "HS256 with the issuer": lambda f: f.hmac(f.emetteur.encode()),
    "HS256 with an empty kid": lambda f: f.hmac(b"", kid=""),
    # A key of the wrong family or algorithm for its kid.
    "RS256 by the key of RS256, kid of EC": lambda f: f.tete(kid=f.ec.kid),
    "PS256 by a key of RS256": lambda f: f.tete(alg="PS256"),
    "RS384 by a key of RS256": lambda f: f.tete(alg="RS384"),
    "ES256 under the kid of RSA": lambda f: f.signe(f.header(alg="ES256"), cle=f.ec),
    # A key that comes with the token.
    "jwk": lambda f: f.a_soi(jwk=PUBLIC),
    "jwk, its own kid": lambda f: f.a_soi(jwk=PUBLIC, kid="à moi"),
    "jwk, no kid": lambda f: f.a_soi(jwk=PUBLIC, kid=None),
    "jku": lambda f: f.a_soi(jku=AILLEURS),
    "jku, its own kid": lambda f: f.a_soi(jku=AILLEURS, kid="ailleurs"),
    "jku of the issuer": lambda f: f.tete(jku=f"{f.emetteur}/jwks"),
    "x5u": lambda f: f.a_soi(x5u=AILLEURS),
    "x5c": lambda f: f.a_soi(x5c=["MIIB"]),
    "jwk beside a good signature": lambda f: f.tete(jwk=PUBLIC),
    "x5u beside a good signature": lambda f: f.tete(x5u=AILLEURS),
    "crit": lambda f: f.brut(f.header(crit=["exp2"], exp2=1), f.claims(), "AAAA"),
    "crit of nothing": lambda f: f.brut(f.header(crit=[]), f.claims(), "AAAA"),
    "b64 false": lambda f: f.brut(f.header(b64=False, crit=["b64"]), f.claims(), "AAAA"),
    "an unknown header": lambda f: f.tete(autre=1),
    # The kid.
    "kid unknown": lambda f: f.tete(kid="inconnu"),
    "kid a path": lambda f: f.tete(kid="../../../../dev/null"),
    "kid a URL": lambda f: f.tete(kid=AILLEURS),
    "kid SQL": lambda f: f.tete(kid="' OR 1=1 --"),
    "kid empty": lambda f: f.tete(kid=""),
    "kid a number": lambda f: f.brut(f.header(kid=1), f.claims(), "AAAA"),
    "kid a list": lambda f: f.brut(f.header(kid=[f.rsa.kid]), f.claims(), "AAAA"),
    "kid of 10 kB": lambda f: f.tete(kid="k" * 10_000),
    "kid NUL": lambda f: f.tete(kid=f"{f.rsa.kid}\0"),
    # The type.
    "no typ": lambda f: f.tete(typ=None),
    "typ JWT": lambda f: f.tete(typ="JWT"),
    "typ logout+jwt": lambda f: f.tete(typ="logout+jwt"),
    "typ token-introspection+jwt": lambda f: f.tete(typ="token-introspection+jwt"),
    "typ dpop+jwt": lambda f: f.tete(typ="dpop+jwt"),
    # What is said.
    "no iss": lambda f: f.dit(iss=None),
    "another iss": lambda f: f.dit(iss="https://ailleurs.example"),
    "iss with a slash": lambda f: f.dit(iss=f"{f.emetteur}/"),
    "iss a list": lambda f: f.dit(iss=[f.emetteur]),
    "iss of the demonstration": lambda f: f.dit(iss="solli-demo", aud="solli-graphql"),
    "no aud": lambda f: f.dit(aud=None),
    "another aud": lambda f: f.dit(aud="https://autre.example"),
    "aud that starts so": lambda f: f.dit(aud=f"{API}.evil"),
    "several aud": lambda f: f.dit(aud=["a", "b"]),
    "aud nested": lambda f: f.dit(aud=[[API]]),
    "aud an object": lambda f: f.dit(aud={"x": API}),
    "aud a number": lambda f: f.dit(aud=1),
    "no exp": lambda f: f.dit(exp=None),
    "exp past": lambda f: f.dit(iat=now() - 600, exp=now() - 31),
    "exp in ten years": lambda f: f.dit(exp=now() + 315_360_000),
    "an hour and a second": lambda f: f.dit(exp=now() + 3602),
    "exp a text": lambda f: f.dit(exp=str(now() + 60)),
    "exp a float": lambda f: f.dit(exp=now() + 60.5),
    "exp huge": lambda f: f.dit(exp=10**400),
    "exp before iat": lambda f: f.dit(iat=now() + 20, exp=now() + 10),
    "no iat": lambda f: f.dit(iat=None),
    "iat far": lambda f: f.dit(iat=now() + 3600, exp=now() + 3700),
    "iat far, nbf past": lambda f: f.dit(iat=now() + 3600, exp=now() + 3700, nbf=now()),
    "iat a text": lambda f: f.dit(iat="hier"),
    "iat true": lambda f: f.dit(iat=True, exp=True),
    "nbf in the future": lambda f: f.dit(nbf=now() + 60),
    "nbf a text": lambda f: f.dit(nbf="demain"),
    "no sub, a person's": lambda f: f.dit(sub=None, sid="session"),
    "no sub, no client": lambda f: f.dit(sub=None, client_id=None),
    "sub unknown": lambda f: f.dit(sub="personne"),
    "sub in capitals": lambda f: f.dit(sub=SUJET.upper()),
    "sub a list": lambda f: f.dit(sub=[SUJET]),
    "sub true": lambda f: f.dit(sub=True),
    "sub empty": lambda f: f.dit(sub=""),
    "sub with NUL": lambda f: f.dit(sub=f"{SUJET}\0"),
    "sub of 1 kB": lambda f: f.dit(sub=SUJET * 100),
    "sub an address": lambda f: f.dit(sub="forge@tests.example"),
    "client unknown": lambda f: f.dit(sub="inconnu", client_id="inconnu"),
    "client named as a subject": lambda f: f.dit(sub=SUJET, client_id=SUJET),
    "an ID token's nonce": lambda f: f.dit(nonce="n"),
    "an ID token's at_hash": lambda f: f.dit(at_hash="h"),
    "Keycloak's typ ID": lambda f: f.dit(typ="ID"),
    "Keycloak's typ Refresh": lambda f: f.dit(typ="Refresh"),
    "a logout token": lambda f: f.dit(
        events={"http://schemas.openid.net/event/backchannel-logout": {}}
    ),
    "bound to a key": lambda f: f.dit(cnf={"jkt": "x"}),
    "claims null": lambda f: f.signe(payload=b"null"),
    "claims a list": lambda f: f.signe(payload=b"[]"),
    "claims not JSON": lambda f: f.signe(payload=b"\xff"),
    "claims deep": lambda f: f.signe(payload=b"[" * 40_000 + b"]" * 40_000),
    # The form.
    "no signature": lambda f: f.moitie(2, ""),
    "another signature": lambda f: f.moitie(2, "AAAA"),
    "signature truncated": lambda f: f.signe()[:-10],
    "payload of another": lambda f: f.moitie(1, f.dit(sub="personne").split(".")[1]),
    "header changed": lambda f: f.moitie(0, f.tete(typ="AT+JWT").split(".")[0]),
    "two parts": lambda f: f.signe().rsplit(".", 1)[0],
    "four parts": lambda f: f.signe() + ".AAAA",
    "five parts": lambda f: f.signe() + ".A.A",
    "encrypted": lambda _: b64(b'{"alg":"RSA-OAEP","enc":"A256GCM"}') + ".A.A.A.A",
    "empty parts": lambda _: "..",
    "opaque": lambda _: "x" * 43,
    "100 kB of letters": lambda _: "a" * 100_000,
    "not base64": lambda f: f.moitie(1, "é!"),
    "symmetric by itself": lambda f: f.signe(f.header(alg="HS256"), cle=OctKey.generate_key(256)),
}


def _libre(cle: Any) -> Any:
    """Give a key that no longer says for which algorithm it is."""
    lue = {n: v for n, v in cle.as_dict(private=True).items() if n not in ("alg", "use")}
    return type(cle).import_key(lue)


@pytest.fixture(scope="session")
async def forge(client: Client, settings: Settings, provider: Provider) -> AsyncIterator[Forge]:
    """
    The application, which trusts the provider, and the provider's private keys.
    """

    async def creer(tx: Tx) -> None:
        await administration.creer(tx, "forge@tests.example", "Forgé", "", (), sujet=SUJET)

    await client.db.write(creer)
    app = create_app(
        Settings(
            mode=Mode.DEMO,
            database_url=settings.database_url,
            hotes="tests",
            oidc_issuer=provider.url,
            oidc_audience=API,
            oidc_courriel="fiable",
            _env_file=None,
        )
    )
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://tests") as http:
            yield Forge(http, provider.url, *map(_libre, provider.cles()))


class TestForged:
    async def test_good_ones_are_accepted(self, forge: Forge) -> None:
        """
        The issuer's own tokens come in by every door: those below are refused for their fault.
        """
        ec = forge.header(alg="ES256", kid=forge.ec.kid)
        bons = [
            forge.signe(),
            forge.signe(ec, cle=forge.ec),
            forge.tete(typ="application/at+jwt"),
            forge.tete(typ="AT+JWT"),
            forge.tete(kid=None),
            forge.dit(aud=["autre", API]),
            forge.dit(exp=now() + 3600),
            forge.dit(iat=now() - 300, exp=now() - 20),
            forge.dit(iat=now() + 20),
            forge.dit(scope="openid"),
        ]
        for bon in bons:
            for query in (MOI, "{ __typename }"):
                headers = {"authorization": f"Bearer {bon}"}
                corps = {"query": query}
                post = await forge.http.post("/graphql", json=corps, headers=headers)
                get = await forge.http.get("/graphql", params=corps, headers=headers)
                assert (post.status_code, get.status_code) == (200, 200), bon

    @pytest.mark.parametrize("sorte", FORGES)
    async def test_none_is_accepted(self, forge: Forge, portes: Portes, sorte: str) -> None:
        """
        A forged, stale, foreign or malformed token is a 401 at every door, never anonymous instead.
        """
        presente = f"Bearer {FORGES[sorte](forge)}".encode()
        for r in (await portes.essayer(forge.http, presente)).values():
            check_401(r)

    def test_there_are_enough(self) -> None:
        """
        At least sixty kinds are tried.
        """
        assert len(FORGES) >= 60
