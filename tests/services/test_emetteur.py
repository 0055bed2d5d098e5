"""An issuer that misbehaves: what no real provider would do for a test."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey, RSAKey

from jetons import now
from solli_graphql.domain.errors import NonAuthentifie, Occupe
from solli_graphql.services import emetteur as e
from solli_graphql.services.fournisseur import Fournisseur
from solli_graphql.services.introspection import Client
from solli_graphql.services.jetons import Porteur, Regles

URL = "https://fournisseur.example/realm"
CLE = ECKey.generate_key("P-256", {"kid": "un", "use": "sig", "alg": "ES256"})
LONG = json.dumps({"keys": [CLE.as_dict(private=False)]}).encode() + b" " * e.TAILLE
METADONNEES = {
    "issuer": URL,
    "jwks_uri": f"{URL}/jwks",
    "introspection_endpoint": f"{URL}/introspect",
    "userinfo_endpoint": f"{URL}/moi",
}
Repond = Callable[[httpx.Request], httpx.Response]


class Faux:
    """An issuer whose answers a test chooses."""

    def __init__(self, **reponses: Repond | Any) -> None:
        self.reponses: dict[str, Any] = {
            "openid-configuration": METADONNEES,
            "jwks": {"keys": [CLE.as_dict(private=False)]},
            **reponses,
        }
        self.demandes: list[httpx.Request] = []

    async def __call__(self, request: httpx.Request) -> httpx.Response:
        self.demandes.append(request)
        reponse = self.reponses[request.url.path.rsplit("/", 1)[-1]]
        if callable(reponse):
            rendu: httpx.Response = reponse(request)
            return rendu
        return httpx.Response(200, json=reponse)

    def combien(self, fin: str) -> int:
        return sum(r.url.path.endswith(fin) for r in self.demandes)

    @asynccontextmanager
    async def ouvert(
        self, *, signee: bool = False, userinfo: bool = False
    ) -> AsyncIterator[Fournisseur]:
        """Open what trusts it."""
        client = Client("solli", "secret", signee)
        regles = Regles(URL, frozenset({"api"}))
        transport = httpx.MockTransport(self)
        fournisseur = Fournisseur(regles, client, userinfo=userinfo, transport=transport)
        await fournisseur.open()
        yield fournisseur
        await fournisseur.close()


def dit(**changes: Any) -> dict[str, Any]:
    """Give good claims."""
    return {"iss": URL, "aud": "api", "sub": "s", "iat": now(), "exp": now() + 60, **changes}


def jeton(cle: Any = CLE, kid: str | None = "un", **changes: Any) -> str:
    header = {"alg": "ES256", "typ": "at+jwt", **({"kid": kid} if kid else {})}
    return jwt.encode(header, dit(**changes), cle)


def signee(cle: Any = CLE, typ: str = "token-introspection+jwt", **changes: Any) -> Repond:
    """Answer an introspection by a JWT."""
    actif = {"active": True, "token_type": "Bearer", **dit()}
    bonne = {"iss": URL, "aud": "solli", "iat": now(), "token_introspection": actif}
    texte = jwt.encode({"alg": "ES256", "typ": typ, "kid": "un"}, bonne | changes, cle)
    return lambda _: httpx.Response(200, text=texte)


class TestMetadata:
    @pytest.mark.parametrize(
        "reponses",
        [
            {"openid-configuration": {**METADONNEES, "issuer": f"{URL}/"}},
            {"openid-configuration": {**METADONNEES, "issuer": "https://autre.example"}},
            {
                "openid-configuration": {
                    **METADONNEES,
                    "jwks_uri": "http://fournisseur.example/jwks",
                }
            },
            {"openid-configuration": {**METADONNEES, "jwks_uri": "file:///etc/jwks"}},
            {"openid-configuration": {**METADONNEES, "jwks_uri": None}},
            {"openid-configuration": []},
            {"openid-configuration": lambda _: httpx.Response(200, text="<html>")},
            {"openid-configuration": lambda _: httpx.Response(500)},
            {"jwks": lambda _: httpx.Response(302, headers={"location": f"{URL}/jwks"})},
            {"jwks": lambda _: httpx.Response(200, content=LONG)},
            {"jwks": {"keys": []}},
            {"jwks": {"keys": "toutes"}},
            {"jwks": {}},
        ],
    )
    async def test_what_is_no_answer_opens_nothing(self, reponses: dict[str, Any]) -> None:
        """
        Metadata of another, by another way than TLS, elsewhere, too long or empty are none: 503.
        """
        async with Faux(**reponses).ouvert() as f:
            assert not f.pret
            with pytest.raises(Occupe):
                await f.verifier(jeton())
            with pytest.raises(Occupe):
                await f.verifier("x" * 43)

    async def test_a_good_one(self) -> None:
        """
        A token signed with a published key is good, with or without the key's name.
        """
        async with Faux().ouvert() as f:
            assert f.pret
            for bon in (jeton(), jeton(kid=None)):
                assert (await f.verifier(bon))[:2] == ("sujet", "s")

    async def test_keys_that_are_not_for_this(self) -> None:
        """
        Symmetric, short, encryption and malformed keys are left out.
        """
        autre = ECKey.generate_key("P-256", {"kid": "enc"})
        with pytest.warns(Warning, match="2048"):
            court = RSAKey.generate_key(1024, {"kid": "court"})
        secret = OctKey.generate_key(256, {"kid": "secret"})
        cles = [
            {**autre.as_dict(private=False), "use": "enc"},
            {**autre.as_dict(private=False), "kid": "ops", "key_ops": ["encrypt"]},
            court.as_dict(private=False),
            secret.as_dict(private=True),
            {"kty": "EC", "crv": "P-256"},
            {"kty": "inconnu"},
            {"kty": ["EC"]},
            "rien",
            CLE.as_dict(private=False),
        ]
        with pytest.warns(Warning, match="2048"):
            lues = e._verifiantes(cles)
        assert [c.kid for c in lues] == ["un"]


class TestRotation:
    async def test_one_fetch_for_all_who_wait(self) -> None:
        """
        Tokens of unknown keys at once are one fetch, and the next minute's are none.
        """
        neuve = ECKey.generate_key("P-256", {"kid": "deux"})
        faux = Faux()
        async with faux.ouvert() as f:
            faux.reponses["jwks"] = {"keys": [neuve.as_dict(private=False)]}
            lus = await asyncio.gather(*(f.verifier(jeton(neuve, "deux")) for _ in range(50)))
            assert {p.valeur for p in lus} == {"s"}
            assert faux.combien("jwks") == 2
            for n in range(50):
                with pytest.raises(NonAuthentifie):
                    await f.verifier(jeton(neuve, f"inconnue-{n}"))
            with pytest.raises(NonAuthentifie):  # the former key is gone
                await f.verifier(jeton())
            assert faux.combien("jwks") == 2

    async def test_an_outage_keeps_the_keys(self) -> None:
        """
        An issuer that goes away leaves the keys that it published, for an hour.
        """
        faux = Faux()
        async with faux.ouvert() as f:
            faux.reponses["jwks"] = lambda _: httpx.Response(503)
            with pytest.raises(NonAuthentifie):
                await f.verifier(jeton(kid="inconnue"))
            assert (await f.verifier(jeton())).valeur == "s"
            f._emetteur._lues -= e.PEREMPTION
            with pytest.raises(Occupe):
                await f.verifier(jeton())

    async def test_comes_back_by_itself(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """
        An issuer that was down at start is asked again until it answers.
        """
        monkeypatch.setattr(e, "RETOUR", 0.01)
        faux = Faux(jwks=lambda _: httpx.Response(503))
        async with faux.ouvert() as f:
            assert not f.pret
            faux.reponses["jwks"] = {"keys": [CLE.as_dict(private=False)]}
            for _ in range(500):
                if f.pret:
                    break
                await asyncio.sleep(0.01)
            assert (await f.verifier(jeton())).valeur == "s"


ACTIF = {
    "active": True,
    "token_type": "Bearer",
    "client_id": "app",
    **dit(exp=now() + 3000),
}  # the suite is long


class TestIntrospection:
    @pytest.mark.parametrize(
        "reponse",
        [
            {"active": False},
            {},
            {**ACTIF, "active": "true"},
            {**ACTIF, "active": 1},
            {**ACTIF, "token_type": None},
            {**ACTIF, "token_type": "DPoP"},
            {**ACTIF, "aud": "autre"},
            {n: v for n, v in ACTIF.items() if n != "aud"},
            {n: v for n, v in ACTIF.items() if n != "exp"},
            {**ACTIF, "iss": "https://autre.example"},
            {**ACTIF, "exp": now() + 4000},
            {**ACTIF, "cnf": {"jkt": "x"}},
            {**{n: v for n, v in ACTIF.items() if n != "sub"}, "username": "anne"},
            lambda _: httpx.Response(400, json={"error": "unsupported_token_type"}),
        ],
    )
    async def test_refused(self, reponse: Any) -> None:
        """
        An answer that does not say all that a token must is a refusal, remembered a moment.
        """
        faux = Faux(introspect=reponse)
        async with faux.ouvert() as f:
            for _ in range(3):
                with pytest.raises(NonAuthentifie):
                    await f.verifier("x" * 43)
            assert faux.combien("introspect") == 1

    @pytest.mark.parametrize(
        "reponse",
        [
            lambda _: httpx.Response(401, json={"error": "invalid_client"}),
            lambda _: httpx.Response(500),
            lambda _: httpx.Response(302, headers={"location": "https://autre.example"}),
            lambda _: httpx.Response(200, text="oui"),
            [],
        ],
    )
    async def test_unknown(self, reponse: Any) -> None:
        """
        An issuer that does not answer makes no token bad: 503.
        """
        async with Faux(introspect=reponse).ouvert() as f:
            with pytest.raises(Occupe):
                await f.verifier("x" * 43)

    async def test_is_once_for_all_who_ask(self) -> None:
        """
        One token shown many times at once is asked about once; an answer is about itself.
        """
        faux = Faux(introspect=ACTIF)
        async with faux.ouvert() as f:
            lus = await asyncio.gather(*(f.verifier("x" * 43) for _ in range(50)))
            assert {p.valeur for p in lus} == {"s"}
            assert faux.combien("introspect") == 1
            (demande,) = [r for r in faux.demandes if r.method == "POST"]
            assert demande.headers["authorization"].startswith("Basic ")
            assert b"token=" + b"x" * 43 in demande.content

    @pytest.mark.parametrize("forme", ["x", "é" * 20, "a b" * 10, "x" * 5000, "x" * 20 + "\n"])
    async def test_what_is_no_token_is_not_asked_about(self, forme: str) -> None:
        """
        A text that no issuer would give as a token is refused here.
        """
        faux = Faux(introspect=ACTIF)
        async with faux.ouvert() as f:
            with pytest.raises(NonAuthentifie):
                await f.verifier(forme)
        assert faux.combien("introspect") == 0

    async def test_the_secret_goes_in_the_body_where_asked(self) -> None:
        """
        The client authenticates as the issuer's metadata says.
        """
        metadonnees = {
            **METADONNEES,
            "token_endpoint_auth_methods_supported": ["client_secret_post"],
        }
        faux = Faux(introspect=ACTIF, **{"openid-configuration": metadonnees})
        async with faux.ouvert() as f:
            await f.verifier("x" * 43)
        (demande,) = [r for r in faux.demandes if r.method == "POST"]
        assert "authorization" not in demande.headers
        assert b"client_secret=secret" in demande.content


class TestSignedAnswers:
    async def test_a_good_one(self) -> None:
        """
        An answer signed by the issuer, for us and fresh is believed.
        """
        async with Faux(introspect=signee()).ouvert(signee=True) as f:
            assert isinstance(await f.verifier("x" * 43), Porteur)

    @pytest.mark.parametrize(
        "reponse",
        [
            ACTIF,
            signee(ECKey.generate_key("P-256", {"kid": "un"})),
            signee(typ="JWT"),
            signee(typ="at+jwt"),
            signee(iss="https://autre.example"),
            signee(aud="autre"),
            signee(aud=None),
            signee(iat=now() - 86_400),
            signee(iat=now() + 86_400),
            signee(iat=None),
            signee(token_introspection="oui"),  # noqa: S106
            signee(token_introspection=None),
            lambda _: httpx.Response(200, text="."),
        ],
    )
    async def test_others_prove_nothing(self, reponse: Any) -> None:
        """
        An answer that is plain, of another, for another or stale is none: 503.
        """
        async with Faux(introspect=reponse).ouvert(signee=True) as f:
            with pytest.raises(Occupe):
                await f.verifier("x" * 43)


class TestUserinfo:
    @pytest.mark.parametrize(
        ("reponse", "lu"),
        [
            ({"sub": "s", "email": "A@b.example", "email_verified": True}, "a@b.example"),
            ({"sub": "autre", "email": "a@b.example", "email_verified": True}, None),
            ({"sub": "s", "email": "a@b.example"}, None),
            (lambda _: httpx.Response(403), None),
        ],
    )
    async def test_names_an_unknown_person(self, reponse: Any, lu: str | None) -> None:
        """
        The address of a subject is the issuer's word on that very subject, asked once a minute.
        """
        faux = Faux(moi=reponse)
        async with faux.ouvert(userinfo=True) as f:
            porteur = await f.verifier(jeton())
            assert porteur.demander
            assert await porteur.demander() == lu
            assert await porteur.demander() is None
        assert faux.combien("moi") == 1

    async def test_that_is_away(self) -> None:
        """
        An issuer that cannot say who somebody is makes nobody unknown: 503.
        """
        async with Faux(moi=lambda _: httpx.Response(500)).ouvert(userinfo=True) as f:
            porteur = await f.verifier(jeton())
            assert porteur.demander
            for _ in range(2):
                with pytest.raises(Occupe):
                    await porteur.demander()
