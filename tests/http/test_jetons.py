"""Tokens of every forged, stale and foreign kind."""

import base64
import json
from collections.abc import Callable

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey

from client import Client, Compte
from fabrique import Make
from jetons import HEADER, UTILISATEUR, b64, check_401, claims, now, sign, unsigned
from portes import Portes
from requetes import MOI
from solli_graphql.db.database import Tx
from solli_graphql.domain.acteur import Role


async def refused(client: Client, portes: Portes, *presented: bytes) -> None:
    """Check that a token opens no door: the same 401 at each, never anonymous instead."""
    corps = set()
    for r in (await portes.essayer(client.http, *presented)).values():
        check_401(r)
        corps.add(r.content)
    assert len(corps) == 1


def _own_key(_: Client, courriel: str) -> str:
    """Sign with a key that the token brings itself."""
    key = ECKey.generate_key("P-256")
    header = {"alg": "ES256", "typ": "at+jwt", "jwk": key.as_dict(private=False)}
    return jwt.encode(header, claims(courriel), key, algorithms=["ES256"])


def _changed(jeton: str) -> str:
    head, body, signature = jeton.split(".")
    payload = json.loads(base64.urlsafe_b64decode(body + "=="))
    return f"{head}.{b64(json.dumps(payload | {'sub': 'admin@demo.example'}).encode())}.{signature}"


FORGED: dict[str, Callable[[Client, str], str]] = {
    "another key": lambda _, c: jwt.encode(HEADER, claims(c), OctKey.generate_key(256)),
    "alg none": lambda x, c: unsigned(x, {"alg": "none", "typ": "at+jwt"}, c),
    "alg None": lambda x, c: unsigned(x, {"alg": "None", "typ": "at+jwt"}, c, "x"),
    "no alg": lambda x, c: unsigned(x, {"typ": "at+jwt"}, c, "x"),
    "alg a number": lambda x, c: unsigned(x, {"alg": 1, "typ": "at+jwt"}, c, "x"),
    "HS512": lambda x, c: sign(x, HEADER | {"alg": "HS512"}, claims(c)),
    "HS384": lambda x, c: sign(x, HEADER | {"alg": "HS384"}, claims(c)),
    "ES256 with its own jwk": _own_key,
    "no signature": lambda x, c: x.jeton(c).rsplit(".", 1)[0] + ".",
    "two parts": lambda x, c: x.jeton(c).rsplit(".", 1)[0],
    "changed signature": lambda x, c: x.jeton(c)[:-4] + "AAAA",
    "changed payload": lambda x, c: _changed(x.jeton(c)),
    "no typ": lambda x, c: sign(x, {"alg": "HS256"}, claims(c)),
    "typ JWT": lambda x, c: sign(x, HEADER | {"typ": "JWT"}, claims(c)),
    "typ AT+JWT as a list": lambda x, c: sign(x, HEADER | {"typ": ["at+jwt"]}, claims(c)),
    "an ID token": lambda x, c: sign(x, HEADER | {"typ": "JWT"}, claims(c, nonce="n", at_hash="h")),
    "crit": lambda x, c: sign(x, HEADER | {"crit": ["exp2"], "exp2": 1}, claims(c)),
    "no exp": lambda x, c: sign(x, HEADER, claims(c, exp=None)),
    "no iat": lambda x, c: sign(x, HEADER, claims(c, iat=None)),
    "no sub": lambda x, _: sign(x, HEADER, claims(None)),
    "no iss": lambda x, c: sign(x, HEADER, claims(c, iss=None)),
    "no aud": lambda x, c: sign(x, HEADER, claims(c, aud=None)),
    "exp past": lambda x, c: sign(x, HEADER, claims(c, iat=now() - 600, exp=now() - 31)),
    "exp in ten years": lambda x, c: sign(x, HEADER, claims(c, exp=now() + 315_360_000)),
    "an hour and a second": lambda x, c: sign(x, HEADER, claims(c, exp=now() + 3602)),
    "exp before iat": lambda x, c: sign(x, HEADER, claims(c, iat=now() + 20, exp=now() + 10)),
    "exp a text": lambda x, c: sign(x, HEADER, claims(c, exp=str(now() + 300))),
    "exp a float": lambda x, c: sign(x, HEADER, claims(c, exp=now() + 300.5)),
    "exp true": lambda x, c: sign(x, HEADER, claims(c, exp=True, iat=False)),
    "exp huge": lambda x, c: sign(x, HEADER, claims(c, exp=10**400)),
    "iat in the future": lambda x, c: sign(x, HEADER, claims(c, iat=now() + 60)),
    "iat a text": lambda x, c: sign(x, HEADER, claims(c, iat="maintenant")),
    "nbf in the future": lambda x, c: sign(x, HEADER, claims(c, nbf=now() + 60)),
    "nbf a text": lambda x, c: sign(x, HEADER, claims(c, nbf="demain")),
    "another iss": lambda x, c: sign(x, HEADER, claims(c, iss="https://ailleurs.example")),
    "another aud": lambda x, c: sign(x, HEADER, claims(c, aud="autre")),
    "several aud": lambda x, c: sign(x, HEADER, claims(c, aud=["autre", "encore"])),
    "aud empty": lambda x, c: sign(x, HEADER, claims(c, aud=[])),
    "sub unknown": lambda x, _: sign(x, HEADER, claims("inconnu@tests.example")),
    "sub empty": lambda x, _: sign(x, HEADER, claims("")),
    "sub a number": lambda x, _: sign(x, HEADER, claims(1)),
    "sub a list": lambda x, c: sign(x, HEADER, claims([c])),
    "sub an object": lambda x, c: sign(x, HEADER, claims({"courriel": c})),
    "sub true": lambda x, _: sign(x, HEADER, claims("") | {"sub": True}),
    "sub with NUL": lambda x, c: sign(x, HEADER, claims(f"{c}\0")),
    "sub a lone surrogate": lambda x, _: sign(x, HEADER, claims("\ud800")),
    "claims a list": lambda x, c: sign(x, HEADER, [claims(c)]),
    "claims null": lambda x, _: sign(x, HEADER, None),
    "claims not JSON": lambda x, _: sign(x, HEADER, b"\xff"),
    "claims deep": lambda x, _: sign(x, HEADER, b"[" * 100_000 + b"]" * 100_000),
    "header a list": lambda x, c: b64(b"[]") + "." + x.jeton(c).split(".", 1)[1],
    "header not JSON": lambda x, c: b64(b"\xff") + "." + x.jeton(c).split(".", 1)[1],
    "encrypted": lambda x, c: b64(b'{"alg":"dir","enc":"A128GCM"}') + "..a." + x.jeton(c),
    "1 MB of letters": lambda *_: "a" * 1_000_000,
    "1 MB of dots": lambda *_: "." * 1_000_000,
    "1 MB of claims": lambda x, c: sign(x, HEADER, claims("x" * 1_000_000, autre=c)),
}


PRESENTED: dict[str, Callable[[bytes], tuple[bytes, ...]]] = {
    "twice": lambda j: (b"Bearer " + j, b"Bearer " + j),
    "basic": lambda j: (b"Basic " + j,),
    "no scheme": lambda j: (j,),
    "no token": lambda _: (b"Bearer",),
    "spaces": lambda _: (b"Bearer   ",),
    "empty": lambda _: (b"",),
    "two in one": lambda j: (b"Bearer " + j + b", Bearer " + j,),
    "quoted": lambda j: (b'Bearer "' + j + b'"',),
    "not ASCII": lambda j: (b"Bearer \xff" + j,),
}


class TestTokens:
    async def test_a_good_one_is_accepted(self, client: Client, personne: Compte) -> None:
        """
        A token of the demo issuer, at most an hour long, is accepted.
        """
        for good in ({}, {"exp": now() + 3600}, {"nbf": now()}, {"iat": now() - 310}):
            changed = good | ({"exp": now() - 10} if "iat" in good else {})
            jeton = sign(client, HEADER, claims(personne.courriel, **changed))
            headers = {"authorization": f"Bearer {jeton}"}
            reply = await client.post({"query": MOI}, headers=headers)
            assert reply.status == 200, good

    @pytest.mark.parametrize("kind", FORGED)
    async def test_a_forged_one_is_401(self, client: Client, portes: Portes, kind: str) -> None:
        """
        A forged, stale, foreign or malformed token is a 401 at each door, by a good link too.
        """
        await refused(client, portes, b"Bearer " + FORGED[kind](client, portes.a.courriel).encode())

    @pytest.mark.parametrize("kind", PRESENTED)
    async def test_another_form_is_401(self, client: Client, portes: Portes, kind: str) -> None:
        """
        A good token, but shown in another way than one bearer, is a 401 at each door.
        """
        jeton = client.jeton(portes.a.courriel).encode()
        await refused(client, portes, *PRESENTED[kind](jeton))

    async def test_a_good_link_suffices(self, client: Client, portes: Portes) -> None:
        """
        Links open to their person with their token and without any; GraphQL wants one for data.
        """
        jeton = client.jeton(portes.a.courriel).encode()
        for porteur in ((), (b"Bearer " + jeton,)):
            statuts = {
                nom: r.status_code
                for nom, r in (await portes.essayer(client.http, *porteur)).items()
            }
            assert statuts == {
                **dict.fromkeys(statuts, 200),
                "upload": 204,
                f"POST {MOI}": 200 if porteur else 401,
                f"GET {MOI}": 200 if porteur else 401,
            }

    async def test_of_somebody_inactive_is_401(
        self, client: Client, make: Make, portes: Portes
    ) -> None:
        """
        A token of somebody whose account is out of use is a 401.
        """
        parti = await make.role(Role.SUPPORT)

        async def eteindre(tx: Tx) -> None:
            await tx.write((UTILISATEUR, {"cible": parti.id, "actif": False}))

        await client.db.write(eteindre)
        await refused(client, portes, b"Bearer " + client.jeton(parti.courriel).encode())

    async def test_the_address_has_any_case(self, client: Client, personne: Compte) -> None:
        """
        An account is found whatever the case of the address in its token.
        """
        jeton = sign(client, HEADER, claims(personne.courriel.upper()))
        reply = await client.post({"query": MOI}, headers={"authorization": f"Bearer {jeton}"})
        assert reply.data == {"moi": {"id": personne.gid}}

    async def test_an_error_never_says_why(self, client: Client, personne: Compte) -> None:
        """
        All bad tokens get the same bytes, so that nothing tells a known address from another.
        """
        bodies = set()
        for kind in ("another key", "exp past", "sub unknown"):
            headers = {"authorization": f"Bearer {FORGED[kind](client, personne.courriel)}"}
            r = await client.http.post("/graphql", json={"query": MOI}, headers=headers)
            bodies.add(r.content)
        assert len(bodies) == 1
