"""The door of uploads: who may send what, how it is cut, and that nothing half-sent stays."""

import random
from collections.abc import AsyncIterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from client import Client, Compte
from conftest import servir
from fabrique import Make
from fichiers import BONS, FIN_PDF, PDF, envoyer, preparer, televerser
from jetons import HEADER, claims, sign
from solli_graphql.domain.acteur import Role
from solli_graphql.services.identite import PSEUDONYMES, cle
from solli_graphql.services.liens import CHEMIN, ENVOIS, Genre, Liens
from solli_graphql.services.televersements import EN_ATTENTE
from solli_graphql.settings import Settings

MIO = 1024 * 1024


@pytest.fixture
async def qui(make: Make) -> Compte:
    """
    Somebody who may send files.
    """
    return await make.role(Role.EMETTEUR, await make.lieu(publique=False))


def racine(settings: Settings) -> Path:
    """
    Tell where the files of the tests are.
    """
    return Path(settings.storage.removeprefix("file://"))


def gardes(settings: Settings) -> set[str]:
    """
    List all that is in the storage, what is arriving included.
    """
    return {
        str(p.relative_to(racine(settings))) for p in racine(settings).rglob("*") if p.is_file()
    }


class TestPreparer:
    async def test_says_where_and_how(self, client: Client, qui: Compte) -> None:
        """
        A prepared upload has a link for its bytes, a method, and the Content-Type to send.
        """
        membre = await preparer(client, qui, typeMime="Application/PDF; x=y")

        t = membre["televersement"]
        assert t["url"].startswith(ENVOIS)
        assert t["methode"] == "PUT"
        assert t["entetes"] == [{"nom": "Content-Type", "valeur": "application/pdf"}]

    @pytest.mark.parametrize(
        ("champs", "champ", "code"),
        [
            ({"typeMime": "text/html"}, "typeMime", "INTERDIT"),
            ({"typeMime": ""}, "typeMime", "INTERDIT"),
            ({"taille": 0}, "taille", "FORMAT"),
            ({"taille": -1}, "taille", "FORMAT"),
            ({"taille": 10 * MIO + 1}, "taille", "TROP_LONG"),
            ({"sha256": "00"}, "sha256", "FORMAT"),
            ({"sha256": "g" * 64}, "sha256", "FORMAT"),
        ],
    )
    async def test_refuses(
        self, client: Client, qui: Compte, champs: Any, champ: str, code: str
    ) -> None:
        """
        A type that is not admitted, a size out of bounds and what is no digest are told apart.
        """
        membre = await preparer(client, qui, **champs)
        assert [(e["champ"], e["code"]) for e in membre["erreurs"]] == [(champ, code)]

    async def test_at_the_limit(self, client: Client, qui: Compte) -> None:
        """
        A file of 10 MiB may be announced.
        """
        assert "televersement" in await preparer(client, qui, taille=10 * MIO)

    @pytest.mark.parametrize("role", [Role.ANALYSTE, Role.ADMINISTRATEUR])
    async def test_is_for_those_who_act(self, client: Client, make: Make, role: Role) -> None:
        """
        Who can join a file to nothing can announce none.
        """
        assert (await preparer(client, await make.role(role)))["code"] == "ACCES_REFUSE"

    async def test_is_bounded(self, client: Client, qui: Compte) -> None:
        """
        One person has 50 uploads at most that are joined to nothing.
        """
        for _ in range(EN_ATTENTE):
            assert "televersement" in await preparer(client, qui)
        membre = await preparer(client, qui)
        assert (membre["champ"], membre["erreurs"][0]["code"]) == ("nomFichier", "INTERDIT")

    async def test_is_a_setting(self, settings: Settings, make: Make) -> None:
        """
        An operator chooses the types and the size.
        """
        qui = await make.role(Role.SUPPORT)
        choix = {"pieces_types": "txt,png", "piece_octets": 5}
        async with servir(settings.model_copy(update=choix)) as autre:
            octets = b"12345"
            await televerser(autre, qui, octets, typeMime="text/plain")
            assert (await preparer(autre, qui, b"123456", typeMime="text/plain"))[
                "champ"
            ] == "taille"
            assert (await preparer(autre, qui, octets))["champ"] == "typeMime"


class TestEnvoi:
    @pytest.mark.parametrize("extension", BONS)
    async def test_of_each_type(self, client: Client, qui: Compte, extension: str) -> None:
        """
        A file of each type is received, by the link alone.
        """
        mime, octets = BONS[extension]
        await televerser(client, qui, octets, f"x.{extension}", typeMime=mime)

    async def test_can_be_repeated(self, client: Client, qui: Compte) -> None:
        """
        The same bytes sent again, with one's own bearer this time, change nothing.
        """
        url = (await preparer(client, qui))["televersement"]["url"]
        porteur = f"Bearer {client.jeton(qui.courriel)}"
        replies = [await envoyer(client, url, PDF, authorization=porteur) for _ in range(2)]
        assert [r.status_code for r in replies] == [204, 204]

    @pytest.mark.parametrize(
        ("octets", "statut", "code"),
        [
            (PDF + b"x", 413, "LIMITE_DEPASSEE"),
            (PDF * 10000, 413, "LIMITE_DEPASSEE"),
            (PDF[:-1], 422, "BAD_USER_INPUT"),
            (PDF[:-1] + b"x", 422, "BAD_USER_INPUT"),
            (b"", 422, "BAD_USER_INPUT"),
        ],
    )
    async def test_of_other_bytes_keeps_nothing(
        self, client: Client, settings: Settings, qui: Compte, octets: bytes, statut: int, code: str
    ) -> None:
        """
        More, fewer or other bytes than announced are refused in French, and nothing is kept.
        """
        url = (await preparer(client, qui))["televersement"]["url"]
        avant = gardes(settings)
        r = await envoyer(client, url, octets)
        (erreur,) = r.json()["errors"]
        assert (r.status_code, erreur["extensions"]["code"]) == (statut, code)
        assert "annoncé" in erreur["message"]
        assert gardes(settings) == avant
        assert (await envoyer(client, url, PDF)).status_code == 204

    async def test_of_another_type_keeps_nothing(
        self, client: Client, settings: Settings, qui: Compte
    ) -> None:
        """
        A program that is announced as a PDF is refused once it is here.
        """
        octets = b"MZ\x90\x00 %PDF-1.7"
        url = (await preparer(client, qui, octets))["televersement"]["url"]
        avant = gardes(settings)
        assert (await envoyer(client, url, octets)).status_code == 422
        assert gardes(settings) == avant

    async def test_that_is_cut_leaves_nothing(
        self, client: Client, settings: Settings, qui: Compte
    ) -> None:
        """
        A client that goes away in the middle leaves no file behind, and can begin again.
        """
        milieu = random.Random(1).randbytes(3 * MIO)  # noqa: S311 - an example
        octets = b"%PDF-1.7\n" + milieu + FIN_PDF
        url = (await preparer(client, qui, octets))["televersement"]["url"]
        avant = gardes(settings)

        async def coupe() -> AsyncIterator[bytes]:
            yield octets[:MIO]
            raise ConnectionResetError

        assert (await envoyer(client, url, coupe())).status_code == 503
        assert gardes(settings) == avant
        assert (await envoyer(client, url, octets)).status_code == 204
        (nouveau,) = gardes(settings) - avant
        assert sha256((racine(settings) / nouveau).read_bytes()).digest() == sha256(octets).digest()

    async def test_names_no_path(self, client: Client, settings: Settings, qui: Compte) -> None:
        """
        Where a file is kept owes nothing to its name.
        """
        avant = gardes(settings)
        await televerser(client, qui, nom="../../../../tmp/../etc/passwd\0.pdf")
        (nouveau,) = gardes(settings) - avant
        a, b, nom = Path(nouveau).parts
        assert (a, b) == (nom[:2], nom[2:4])
        assert len(nom) == 32


class TestLien:
    async def test_with_a_strange_bearer(self, client: Client, make: Make, qui: Compte) -> None:
        """
        Somebody else's bearer, or one's own that only reads, closes a good link.
        """
        autre = await make.role(Role.SUPPORT)
        seule = claims(qui.courriel, scope="solli:lecture")
        url = (await preparer(client, qui))["televersement"]["url"]
        for jeton in (client.jeton(autre.courriel), sign(client, HEADER, seule)):
            r = await envoyer(client, url, PDF, authorization=f"Bearer {jeton}")
            assert r.status_code == 404

    async def test_changed_or_of_another_kind(
        self, client: Client, make: Make, qui: Compte
    ) -> None:
        """
        A link changed by a character, over, of another person's upload or of a download is a 404.
        """
        secret = await cle(client.db, PSEUDONYMES)
        assert secret
        url = (await preparer(client, qui))["televersement"]["url"]
        lien = Liens(secret).lire(url.removeprefix(ENVOIS))
        assert lien
        autre = await make.role(Role.SUPPORT)
        vieux = Liens(secret, horloge=lambda: 1e9)
        faux = [
            *(url[:n] + ("A" if url[n] != "A" else "B") + url[n + 1 :] for n in range(-48, -1)),
            vieux.envoi(qui.id, lien.objet_id),
            Liens(secret).envoi(autre.id, lien.objet_id),
            Liens(secret).envoi(qui.id, lien.objet_id + 1),
            Liens(secret).envoi(10**9, lien.objet_id),
            Liens(b"autre").envoi(qui.id, lien.objet_id),
            Liens(secret).pour(qui.id)(Genre.PDF, lien.objet_id).replace(CHEMIN, ENVOIS),
            f"{ENVOIS}faux",
        ]
        replies = [await envoyer(client, f, PDF) for f in faux]
        assert {r.status_code for r in replies} == {404}
        assert len({r.content for r in replies}) == 1
        assert (await client.http.get(url.replace(ENVOIS, CHEMIN))).status_code == 404
        assert (await client.http.post(url, content=PDF)).status_code == 405
        assert (await envoyer(client, url, PDF)).status_code == 204
