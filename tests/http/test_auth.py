"""Who is let in: tokens of every forged, stale and foreign kind, and production mode."""

import base64
import hmac
import json
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
import sqlalchemy as sa
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey

from fabrique import SOUMETTRE, Client, Compte, Make
from graphql import get_introspection_query
from solli_graphql.app import create_app
from solli_graphql.db import models as m
from solli_graphql.db.database import Statement, Tx
from solli_graphql.domain.acteur import Role
from solli_graphql.domain.errors import NonAuthentifie
from solli_graphql.services.identite import Identite
from solli_graphql.settings import Mode, Settings

MOI = "{ moi { id } }"
HEADER = {"alg": "HS256", "typ": "at+jwt"}
UTILISATEUR: Statement[Any] = Statement(
    m.utilisateur.update().where(m.utilisateur.c.id == sa.bindparam("cible", type_=sa.BigInteger)),
    columns=["actif"],
)
HABILITATIONS: Statement[Any] = Statement(
    m.habilitation.delete().where(
        m.habilitation.c.utilisateur_id == sa.bindparam("cible", type_=sa.BigInteger)
    ),
    columns=[],
)


def now() -> int:
    return int(datetime.now(UTC).timestamp())


def claims(courriel: Any, **changes: Any) -> dict[str, Any]:
    """Give good claims, changed; a claim changed to None is left out."""
    good = {
        "iss": "solli-demo",
        "aud": "solli-graphql",
        "sub": courriel,
        "iat": now(),
        "exp": now() + 300,
    }
    return {name: v for name, v in (good | changes).items() if v is not None}


def sign(client: Client, header: dict[str, Any], payload: Any) -> str:
    """Sign any payload with the key of the demonstration, by hand: no library to object."""
    content = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    signed = f"{b64(json.dumps(header).encode())}.{b64(content)}"
    digest = f"sha{header['alg'].removeprefix('HS')}"
    return f"{signed}.{b64(hmac.digest(client.cle, signed.encode(), digest))}"


def b64(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).decode().rstrip("=")


def unsigned(client: Client, header: dict[str, Any], courriel: str, signature: str = "") -> str:
    assert client
    head, body = (b64(json.dumps(part).encode()) for part in (header, claims(courriel)))
    return f"{head}.{body}.{signature}"


async def refused(client: Client, jeton: str) -> None:
    """Check that a token opens nothing: 401 on POST and GET, never anonymous instead."""
    headers = {"authorization": f"Bearer {jeton}"}
    for query in (MOI, "{ __typename }"):
        post = await client.http.post("/graphql", json={"query": query}, headers=headers)
        get = await client.http.get("/graphql", params={"query": query}, headers=headers)
        for r in (post, get):
            check_401(r)


def check_401(r: httpx.Response) -> None:
    assert r.status_code == 401, r.text
    assert r.headers["www-authenticate"] == "Bearer"
    body = r.json()
    assert "data" not in body
    assert [e["extensions"]["code"] for e in body["errors"]] == ["NON_AUTHENTIFIE"]


@pytest.fixture(scope="session")
async def personne(client: Client, make: Make) -> Compte:
    """
    Somebody with an account in use.
    """
    assert client
    return await make.role(Role.SUPPORT)


class TestHeader:
    async def test_none_is_401(self, client: Client) -> None:
        """
        Data without a token is a 401.
        """
        check_401(await client.http.post("/graphql", json={"query": MOI}))

    @pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER "])
    async def test_the_scheme_has_any_case(
        self, client: Client, personne: Compte, scheme: str
    ) -> None:
        """
        The scheme is read without regard to case.
        """
        headers = {"authorization": f"{scheme} {client.jeton(personne.courriel)}"}
        r = await client.http.post("/graphql", json={"query": MOI}, headers=headers)
        assert r.json() == {"data": {"moi": {"id": personne.gid}}}

    @pytest.mark.parametrize(
        "form",
        [
            "",
            "Bearer",
            "Bearer ",
            "{}",
            "Basic {}",
            "Token {}",
            "Bearer{}",
            "Bearer {} {}",
            "Bearer x",
            "Bearer ..",
            "Bearer a.b.c",
            "Bearer {}=",
            "Bearer {}.",
            "Bearer \xe9",
        ],
    )
    async def test_another_form_is_401(self, client: Client, personne: Compte, form: str) -> None:
        """
        Anything but one bearer token is a 401.
        """
        jeton = client.jeton(personne.courriel)
        headers = [(b"authorization", form.format(jeton, jeton).encode("latin-1"))]
        check_401(await client.http.post("/graphql", json={"query": MOI}, headers=headers))

    async def test_two_headers_are_401(self, client: Client, personne: Compte) -> None:
        """
        Two Authorization headers are a 401, even if both are good.
        """
        jeton = f"Bearer {client.jeton(personne.courriel)}"
        headers = [("authorization", jeton), ("authorization", jeton)]
        check_401(await client.http.post("/graphql", json={"query": MOI}, headers=headers))

    @pytest.mark.parametrize("place", ["access_token", "token", "authorization"])
    async def test_no_other_place_is_read(
        self, client: Client, personne: Compte, place: str
    ) -> None:
        """
        A token in the URL or in a cookie is not one.
        """
        jeton = client.jeton(personne.courriel)
        headers = {"cookie": f"{place}={jeton}"}
        r = await client.http.post(
            f"/graphql?{place}={jeton}", json={"query": MOI}, headers=headers
        )
        check_401(r)


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
    async def test_a_forged_one_is_401(self, client: Client, personne: Compte, kind: str) -> None:
        """
        A forged, stale, foreign or malformed token is a 401 on POST and GET.
        """
        await refused(client, FORGED[kind](client, personne.courriel))

    async def test_of_somebody_inactive_is_401(self, client: Client, make: Make) -> None:
        """
        A token of somebody whose account is out of use is a 401.
        """
        parti = await make.role(Role.SUPPORT)

        async def eteindre(tx: Tx) -> None:
            await tx.write((UTILISATEUR, {"cible": parti.id, "actif": False}))

        await client.db.write(eteindre)
        await refused(client, client.jeton(parti.courriel))

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


class TestCache:
    async def test_a_revoked_right_is_gone_once_forgotten(self, client: Client, make: Make) -> None:
        """
        A habilitation deleted from the database no longer counts once the cache has forgotten it.
        """
        lieu = await make.lieu()
        agent = await make.role(Role.RECEPTEUR, lieu)
        identite, jeton = Identite(client.db, client.cle), client.jeton(agent.courriel)
        assert (await identite.acteur(jeton)).roles == {Role.RECEPTEUR}

        async def retirer(tx: Tx) -> None:
            await tx.write((HABILITATIONS, {"cible": agent.id}))

        await client.db.write(retirer)
        assert (await identite.acteur(jeton)).roles == {Role.RECEPTEUR}
        identite._connus.clear()

        assert (await identite.acteur(jeton)).roles == frozenset()
        query = "{ synthese(espace: RECUES) { totalCount } }"
        assert (await client.execute(query, par=agent)).codes == ["ACCES_REFUSE"]

    async def test_an_inactive_account_is_gone_once_forgotten(
        self, client: Client, make: Make
    ) -> None:
        """
        An account put out of use is refused once the cache has forgotten it.
        """
        agent = await make.role(Role.SUPPORT)
        identite, jeton = Identite(client.db, client.cle), client.jeton(agent.courriel)
        await identite.acteur(jeton)

        async def eteindre(tx: Tx) -> None:
            await tx.write((UTILISATEUR, {"cible": agent.id, "actif": False}))

        await client.db.write(eteindre)
        identite._connus.clear()
        with pytest.raises(NonAuthentifie):
            await identite.acteur(jeton)

    async def test_forgets_within_five_seconds(self, client: Client) -> None:
        """
        What is remembered of a token is forgotten after five seconds.
        """
        assert Identite(client.db, client.cle)._connus.ttl <= 5

    async def test_never_outlives_the_token(self, client: Client, personne: Compte) -> None:
        """
        A token that expires while it is remembered is refused all the same.
        """
        identite = Identite(client.db, client.cle)
        jeton = client.jeton(personne.courriel)
        found = await identite.acteur(jeton)
        past = datetime.now(UTC) - timedelta(seconds=31)
        identite._connus[jeton] = (int(past.timestamp()), found)
        stale = sign(client, HEADER, claims(personne.courriel, iat=now() - 99, exp=now() - 31))
        identite._connus[stale] = (now() - 31, found)
        with pytest.raises(NonAuthentifie):
            await identite.acteur(stale)


@pytest.fixture(scope="session")
async def production(client: Client, settings: Settings) -> AsyncIterator[httpx.AsyncClient]:
    """
    Serve the application in production mode, on the same database.
    """
    assert client
    app = create_app(settings.model_copy(update={"mode": Mode.PRODUCTION}))
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://tests") as http:
            yield http


class TestProduction:
    @pytest.mark.parametrize("query", [MOI, "{ __typename }", get_introspection_query()])
    async def test_refuses_demo_tokens_and_anonymous_introspection(
        self, client: Client, personne: Compte, production: httpx.AsyncClient, query: str
    ) -> None:
        """
        In production a demo token is a 401, and so is introspection without one.
        """
        demo = {"authorization": f"Bearer {client.jeton(personne.courriel)}"}
        for headers in ({}, demo):
            r = await production.post("/graphql", json={"query": query}, headers=headers)
            check_401(r)

    async def test_says_nothing_more_to_a_writer(
        self, client: Client, personne: Compte, production: httpx.AsyncClient
    ) -> None:
        """
        In production a mutation with a demo token is a 401 too.
        """
        headers = {"authorization": f"Bearer {client.jeton(personne.courriel)}"}
        check_401(await production.post("/graphql", json={"query": SOUMETTRE}, headers=headers))

    async def test_serves_neither_page_nor_get(self, production: httpx.AsyncClient) -> None:
        """
        In production `/` is a 404 and GET /graphql a 405.
        """
        assert (await production.get("/")).status_code == 404
        assert (await production.get("/graphql", params={"query": MOI})).status_code == 405

    @pytest.mark.parametrize("path", ["/vivant", "/pret", "/metrics", "/schema.graphql"])
    async def test_serves_the_rest(self, production: httpx.AsyncClient, path: str) -> None:
        """
        In production the health pages and the schema are served.
        """
        assert (await production.get(path)).status_code == 200
