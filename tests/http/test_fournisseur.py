"""Tokens of a real OpenID Connect provider: signed, opaque, of people and of partners."""

import asyncio
from pathlib import Path
from typing import Any

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import RSAKey

from client import Client, Compte
from documents import SOUMETTRE
from evenements import Evenements
from fabrique import Make, depot
from fournisseur import API, SECRET, Provider, Servir
from jetons import check_401
from requetes import MOI
from solli_graphql.db.database import Tx
from solli_graphql.domain.acteur import Habilitation, Role
from solli_graphql.services import administration
from solli_graphql.services.identite import OUBLI
from solli_graphql.settings import Mode

CLIENT = {"oidc_client_id": "solli", "oidc_client_secret": SECRET.format("solli")}
SIGNE = {
    "oidc_client_id": "solli-signe",
    "oidc_client_secret": SECRET.format("solli-signe"),
    "oidc_reponse_signee": True,
}


def chez(provider: Provider, **changes: Any) -> dict[str, Any]:
    """Give the settings that trust the provider."""
    return {"oidc_issuer": provider.url, "oidc_audience": f"autre, {API}", **changes}


async def lie(client: Client, make: Make, /, *habilitations: Habilitation, **par: str) -> Compte:
    """Make an account that is bound to a subject, or to a client."""
    rang = next(make.rangs)
    courriel = f"lie{rang}@tests.example"

    async def creer(tx: Tx) -> int:
        return await administration.creer(tx, courriel, f"Nom{rang}", "", habilitations, **par)

    return Compte(await client.db.write(creer), courriel, f"Nom{rang}", "")


async def moi(http: httpx.AsyncClient, jeton: str, methode: str = "POST") -> httpx.Response:
    headers = {"authorization": f"Bearer {jeton}"}
    if methode == "GET":
        return await http.get("/graphql", params={"query": MOI}, headers=headers)
    return await http.post("/graphql", json={"query": MOI}, headers=headers)


def nom(make: Make) -> str:
    return f"sujet-{next(make.rangs)}-{id(make)}"


async def partenaire(client: Client, make: Make) -> Compte:
    """Give the one account of the provider's client, made the first time."""
    connu = client.db.write(administration.chercher, client="partenaire")  # type: ignore[arg-type]
    if (id_ := await connu) is not None:
        return Compte(id_, "", "", "")
    return await lie(client, make, Habilitation(Role.SUPPORT), client="partenaire")


class TestSigned:
    @pytest.mark.parametrize("methode", ["POST", "GET"])
    async def test_of_a_person(
        self, client: Client, make: Make, provider: Provider, servir: Servir, methode: str
    ) -> None:
        """
        A JWT access token finds the account that is bound to its subject, and no other.
        """
        sujet = nom(make)
        compte = await lie(client, make, sujet=sujet)
        http = await servir(**chez(provider))

        r = await moi(http, provider.personne(sujet), methode)
        assert r.json()["data"] == {"moi": {"id": compte.gid}}
        check_401(await moi(http, provider.personne(f"{sujet}-autre"), methode))

    @pytest.mark.parametrize("sorte", ["jwt", "ec", "opaque"])
    async def test_of_a_partner(
        self, client: Client, make: Make, provider: Provider, servir: Servir, sorte: str
    ) -> None:
        """
        A client's own token finds the partner's account; a person's through it does not.
        """
        compte = await partenaire(client, make)
        http = await servir(**chez(provider, **CLIENT), mode=Mode.PRODUCTION)

        r = await moi(http, provider.client("partenaire", sorte=sorte))
        assert r.json()["data"] == {"moi": {"id": compte.gid}}
        check_401(await moi(http, provider.client("inconnu", sorte=sorte)))
        check_401(await moi(http, provider.personne(nom(make), opaque=sorte == "opaque")))

    async def test_read_only(
        self, client: Client, make: Make, provider: Provider, servir: Servir
    ) -> None:
        """
        With the scope solli:lecture alone one reads and changes nothing.
        """
        sujet, lieu = nom(make), await make.lieu(publique=False)
        await lie(client, make, Habilitation(Role.EMETTEUR, lieu.id), sujet=sujet)
        http = await servir(**chez(provider))
        entree = {"input": depot(lieu, None)}
        lus = {}
        for scope in ("solli:lecture", "solli:lecture solli:ecriture"):
            headers = {"authorization": f"Bearer {provider.personne(sujet, scope=scope)}"}
            body = {"query": SOUMETTRE, "variables": entree}
            r = await http.post("/graphql", json=body, headers=headers)
            lus[scope] = r.json()["data"]["soumettreSollicitation"]["__typename"]
            assert (await http.post("/graphql", json={"query": MOI}, headers=headers)).is_success
        assert [*lus.values()] == ["AccesRefuse", "ActionPriseEnCompte"]

    async def test_other_kinds_are_refused(
        self, client: Client, make: Make, provider: Provider, servir: Servir
    ) -> None:
        """
        An ID token and a refresh token are no access tokens, whatever types are admitted.
        """
        sujet = nom(make)
        await lie(client, make, sujet=sujet)
        http = await servir(
            **chez(provider, **CLIENT, oidc_typ="at+jwt,JWT,"), oidc_claim_audience="aud"
        )
        for dit in ({"idToken": True}, {"kind": "RefreshToken"}, {"idToken": True, "extra": {}}):
            check_401(await moi(http, provider.personne(sujet, **dit)))


class TestKeys:
    async def test_rotation(
        self, client: Client, make: Make, provider: Provider, servir: Servir
    ) -> None:
        """
        A new key is fetched when its first token comes; a flood of unknown ones fetches no more.
        """
        sujet = nom(make)
        await lie(client, make, sujet=sujet)
        http = await servir(**chez(provider))
        assert (await moi(http, provider.personne(sujet))).is_success

        provider.main("rotate")
        avant = provider.vues()["jwks"]
        neufs = [provider.personne(sujet) for _ in range(5)]
        reponses = await asyncio.gather(*(moi(http, j) for j in neufs))
        assert all(r.is_success for r in reponses)
        assert provider.vues()["jwks"] == avant + 1

        cle = RSAKey.generate_key(2048)
        inventes = [
            jwt.encode({"alg": "RS256", "typ": "at+jwt", "kid": f"rsa-{n}-x"}, {"sub": sujet}, cle)
            for n in range(200)
        ]
        for r in await asyncio.gather(*(moi(http, j) for j in inventes)):
            check_401(r)
        assert provider.vues()["jwks"] == avant + 1

    async def test_an_issuer_that_is_down(self, servir: Servir) -> None:
        """
        The server starts without its issuer; tokens are then neither good nor bad: 503.
        """
        http = await servir(oidc_issuer="http://127.0.0.1:9", oidc_audience=API)
        cle = RSAKey.generate_key(2048)
        jeton = jwt.encode({"alg": "RS256", "typ": "at+jwt"}, {"sub": "x"}, cle)
        r = await moi(http, jeton)
        assert (r.status_code, r.headers["retry-after"]) == (503, "1")
        assert r.json()["errors"][0]["extensions"]["code"] == "OCCUPE"
        assert (await http.get("/pret")).status_code == 503


class TestIntrospection:
    @pytest.mark.parametrize("qui", ["json", "signe", "chiffre"])
    async def test_of_an_opaque_token(
        self,
        client: Client,
        make: Make,
        provider: Provider,
        servir: Servir,
        cle_privee: Path,
        qui: str,
    ) -> None:
        """
        An opaque token is good for as long as the issuer says so, in JSON, signed or encrypted.
        """
        sujet = nom(make)
        compte = await lie(client, make, sujet=sujet)
        reglages: dict[str, Any] = {**(CLIENT if qui == "json" else SIGNE)}
        if qui == "chiffre":
            nom_ = "solli-chiffre"
            reglages = {**SIGNE, "oidc_client_id": nom_, "oidc_cle_privee": cle_privee}
            reglages["oidc_client_secret"] = SECRET.format(nom_)
        http = await servir(**chez(provider, **reglages))
        jeton = provider.personne(sujet, opaque=True)

        r = await moi(http, jeton)
        assert r.json()["data"] == {"moi": {"id": compte.gid}}
        assert (await moi(http, jeton, "GET")).is_success
        check_401(await moi(http, "x" * 43))

    async def test_revoked(
        self, client: Client, make: Make, provider: Provider, servir: Servir
    ) -> None:
        """
        A token revoked at its issuer is refused by whoever has not seen it for five seconds.
        """
        sujet = nom(make)
        await lie(client, make, sujet=sujet)
        jeton = provider.personne(sujet, opaque=True)
        premier = await servir(**chez(provider, **CLIENT))
        assert (await moi(premier, jeton)).is_success
        provider.revoquer(jeton, "partenaire")
        check_401(await moi(await servir(**chez(provider, **CLIENT)), jeton))
        identite: Any = premier._transport.app.state.service._endpoint._identite  # type: ignore[attr-defined]
        assert OUBLI <= 5
        identite._connus.clear()
        check_401(await moi(premier, jeton))

    async def test_a_flood_is_bounded(
        self, client: Client, make: Make, provider: Provider, servir: Servir
    ) -> None:
        """
        Invented tokens are asked about a few at a time, the same one once; known ones still pass.
        """
        sujet = nom(make)
        await lie(client, make, sujet=sujet)
        http, bon = await servir(**chez(provider, **CLIENT)), provider.personne(sujet, opaque=True)
        assert (await moi(http, bon)).is_success
        http._transport.app.state.service._endpoint._identite._connus.clear()  # type: ignore[attr-defined]
        avant = provider.vues()["introspection"]

        inventes = [f"{n:043d}" for n in range(300)]
        *faux, vrai = await asyncio.gather(*(moi(http, j) for j in [*inventes, bon]))
        assert {r.status_code for r in faux} <= {401, 503}
        assert vrai.is_success
        demandes = provider.vues()["introspection"] - avant
        assert 1 < demandes < 300

        refuse = next(j for j, r in zip(inventes, faux, strict=True) if r.status_code == 401)
        for r in await asyncio.gather(*(moi(http, refuse) for _ in range(20))):
            check_401(r)
        assert provider.vues()["introspection"] - avant == demandes

    async def test_without_a_client(self, make: Make, provider: Provider, servir: Servir) -> None:
        """
        Opaque tokens are refused where nobody can ask about them.
        """
        http = await servir(**chez(provider))
        check_401(await moi(http, provider.personne(nom(make), opaque=True)))


class TestBinding:
    @pytest.mark.parametrize(
        ("dit", "reglage", "lu"),
        [
            ({"email_verified": True}, "verifie", True),
            ({"email_verified": False}, "verifie", False),
            ({"email_verified": "true"}, "verifie", False),
            ({}, "verifie", False),
            ({}, "fiable", True),
            ({"email_verified": True}, "jamais", False),
        ],
    )
    async def test_by_a_verified_address(
        self,
        make: Make,
        provider: Provider,
        servir: Servir,
        dit: dict[str, Any],
        reglage: str,
        lu: bool,  # noqa: FBT001
        tmp_path: Path,
    ) -> None:
        """
        An account is bound at its first use, by an address that the issuer vouches for.
        """
        compte, sujet = await make.role(Role.SUPPORT), nom(make)
        journal = tmp_path / "securite.jsonl"
        http = await servir(**chez(provider, oidc_courriel=reglage), journal_securite=journal)
        jeton = provider.personne(sujet, extra={"email": compte.courriel.upper(), **dit})

        assert (await moi(http, jeton)).status_code == (200 if lu else 401)
        assert (await moi(http, provider.personne(sujet))).status_code == (200 if lu else 401)
        evenements = Evenements(journal, b"", depuis=0)
        liens = await evenements.lus("LIER_UTILISATEUR")
        assert len(liens) == lu
        assert not {sujet, compte.courriel} & {*evenements.texte().split('"')}

    async def test_is_once_and_for_all(
        self, client: Client, make: Make, provider: Provider, servir: Servir
    ) -> None:
        """
        Whoever shows the address of an account that is bound, or of a partner, does not get it.
        """
        http = await servir(**chez(provider, oidc_courriel="fiable"))
        for compte in (
            await lie(client, make, sujet=nom(make)),
            await lie(client, make, client=nom(make)),
        ):
            jeton = provider.personne(nom(make), extra={"email": compte.courriel})
            check_401(await moi(http, jeton))

    async def test_as_proconnect_does(
        self, make: Make, provider: Provider, servir: Servir, cle_privee: Path
    ) -> None:
        """
        An opaque token of a service, read in a signed and encrypted answer; userinfo names who.
        """
        sujet = nom(make)
        compte = await make.compte(courriel=f"{sujet}@tests.example")
        http = await servir(
            oidc_issuer=provider.url,
            oidc_audience="partenaire",
            oidc_claim_audience="client_id",
            oidc_client_id="solli-chiffre",
            oidc_client_secret=SECRET.format("solli-chiffre"),
            oidc_reponse_signee=True,
            oidc_cle_privee=cle_privee,
            oidc_userinfo=True,
        )
        jeton = provider.personne(sujet, opaque=True, bare=True, scope="openid email")
        r = await moi(http, jeton)
        assert r.json()["data"] == {"moi": {"id": compte.gid}}
        autre = provider.personne(f"{sujet}-x", opaque=True, bare=True, scope="openid email")
        check_401(await moi(http, autre))
