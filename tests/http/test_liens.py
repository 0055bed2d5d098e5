"""Personal links: to whom they open, and how many ways there are to be refused."""

from collections.abc import Callable
from typing import Any

import pytest

from client import Client, Compte
from conftest import servir
from fabrique import Affaire, Make
from liens import retirer
from solli_graphql.domain.acteur import Role
from solli_graphql.services.liens import CHEMIN, DUREE, Genre, Liens
from solli_graphql.settings import Settings

LIEN = "query($id: ID!) { node(id: $id) { ... on Sollicitation { pdfUrl } } }"


async def lien(client: Client, a: Affaire, par: Compte) -> str:
    """Ask for the link of somebody."""
    reply = await client.execute(LIEN, par, id=a.gid)
    url: str = reply.data["node"]["pdfUrl"]
    return url


@pytest.fixture(scope="module")
async def affaire(make: Make) -> Affaire:
    return await make.affaire()


class TestLien:
    async def test_suffices_alone(self, client: Client, affaire: Affaire) -> None:
        """
        A browser follows the link without a bearer, and keeps the file under a harmless name.
        """
        r = await client.http.get(await lien(client, affaire, affaire.emetteur))

        assert r.status_code == 200
        assert r.content.startswith(b"%PDF-")
        assert dict(r.headers) | {
            "content-type": "application/pdf",
            "content-disposition": f'attachment; filename="{affaire.numero}.pdf"',
            "x-content-type-options": "nosniff",
            "content-security-policy": "default-src 'none'; sandbox",
            "cache-control": "private, no-store",
            "referrer-policy": "no-referrer",
        } == dict(r.headers)

    async def test_opens_with_ones_own_bearer(self, client: Client, affaire: Affaire) -> None:
        """
        The bearer of the person to whom it was given changes nothing.
        """
        entetes = {"authorization": f"Bearer {client.jeton(affaire.recepteur.courriel)}"}
        r = await client.http.get(await lien(client, affaire, affaire.recepteur), headers=entetes)

        assert r.status_code == 200

    async def test_is_personal(self, client: Client, affaire: Affaire) -> None:
        """
        Two readers of one sollicitation have two links.
        """
        urls = {await lien(client, affaire, qui) for qui in (affaire.emetteur, affaire.recepteur)}

        assert len(urls) == 2
        assert all(u.startswith(CHEMIN) for u in urls)

    async def test_is_on_every_row_of_a_page(self, client: Client, affaire: Affaire) -> None:
        """
        A work list gives the link of each row, which opens.
        """
        texte = "{ synthese(espace: RECUES) { nodes { pdfUrl } edges { node { pdfUrl } } } }"
        reply = await client.execute(texte, affaire.recepteur)

        noeud = reply.data["synthese"]["nodes"][0]
        assert reply.data["synthese"]["edges"][0]["node"] == noeud
        assert (await client.http.get(noeud["pdfUrl"])).status_code == 200

    async def test_ends_with_the_rights(self, client: Client, make: Make) -> None:
        """
        A link given before a right was taken away opens nothing after.
        """
        a = await make.affaire()
        url = await lien(client, a, a.recepteur)
        await client.db.write(retirer, a.recepteur.id)

        assert (await client.http.get(url)).status_code == 404

    async def test_is_paid_with_points(self, settings: Settings, make: Make) -> None:
        """
        A PDF takes 20 points of its reader's: without them it is a 429 that says when.
        """
        a = await make.affaire()
        compte = {"cout_capacite": 30, "cout_recharge": 0.01}
        async with servir(settings.model_copy(update=compte)) as autre:
            url = await lien(autre, a, a.emetteur)
            replies = [await autre.http.get(url) for _ in range(2)]

        assert [r.status_code for r in replies] == [200, 429]
        assert int(replies[1].headers["retry-after"]) > 60

    async def test_absent_and_forbidden_look_alike(
        self, client: Client, make: Make, affaire: Affaire, secret: bytes
    ) -> None:
        """
        A signed link to what one may not see, to what does not exist, and a false one are equal.
        """
        autre = await make.role(Role.EMETTEUR, await make.lieu())
        signe = Liens(secret).pour(autre.id)

        urls = (signe(Genre.PDF, affaire.id), signe(Genre.PDF, 10**15), f"{CHEMIN}faux")
        replies = [await client.http.get(url) for url in urls]

        assert {r.status_code for r in replies} == {404}
        assert len({(r.content, *r.headers.multi_items()) for r in replies}) == 1


def _change(n: int) -> Callable[[str], str]:
    def changer(jeton: str) -> str:
        autre = "A" if jeton[n] != "A" else "B"
        return jeton[:n] + autre + jeton[n + 1 :] if n >= 0 else jeton[:n] + autre

    return changer


HOSTILES: dict[str, Callable[[str], str]] = {
    "first character": _change(0),
    "middle character": _change(20),
    "signature": _change(40),
    "last character": _change(-1),
    "cut": lambda j: j[:-1],
    "cut by a group": lambda j: j[:-4],
    "longer": lambda j: j + "A",
    "longer by a group": lambda j: j + "AAAA",
    "padding": lambda j: j + "====",
    "space": lambda j: j + "%20",
    "line feed": lambda j: j + "%0A",
    "noise inside": lambda j: j[:10] + "!" + j[10:],
    "other alphabet": lambda j: j[:30] + "+/" + j[32:],
    "upper case": lambda j: j.upper(),
    "twice": lambda j: j + j,
    "NUL": lambda j: j + "%00",
    "not ASCII": lambda j: j[:-1] + "%C3%A9",
    "not UTF-8": lambda j: j[:-1] + "%FF",
    "long": lambda _: "A" * 5000,
    "zeros": lambda _: "A" * 48,
    "path": lambda _: "..%2F..%2Fetc%2Fpasswd",
}


class TestHostileLink:
    @pytest.mark.parametrize("comment", HOSTILES)
    async def test_is_absent(self, client: Client, affaire: Affaire, comment: str) -> None:
        """
        A link changed in any way is a 404 that says no more than another.
        """
        url = await lien(client, affaire, affaire.emetteur)
        jeton = url.removeprefix(CHEMIN)
        change = HOSTILES[comment](jeton)

        r = await client.http.get(f"{CHEMIN}{change}")

        assert change != jeton
        assert r.status_code == 404

    async def test_with_somebody_elses_bearer(self, client: Client, affaire: Affaire) -> None:
        """
        Somebody else's bearer closes a good link: it is as absent.
        """
        entetes = {"authorization": f"Bearer {client.jeton(affaire.recepteur.courriel)}"}
        url = await lien(client, affaire, affaire.emetteur)

        r = await client.http.get(url, headers=entetes)

        assert r.status_code == 404

    async def test_with_a_bad_bearer(self, client: Client, affaire: Affaire) -> None:
        """
        A bad bearer is one and the same 401 beside a good link and beside a false one.
        """
        bon = await lien(client, affaire, affaire.emetteur)
        entetes = {"authorization": "Bearer x.y.z"}

        replies = [await client.http.get(u, headers=entetes) for u in (bon, f"{CHEMIN}faux")]

        assert [r.status_code for r in replies] == [401, 401]
        assert len({(r.content, *r.headers.multi_items()) for r in replies}) == 1

    @pytest.mark.parametrize("methode", ["POST", "PUT", "DELETE"])
    async def test_by_another_method(self, client: Client, affaire: Affaire, methode: str) -> None:
        """
        A link is read only.
        """
        url = await lien(client, affaire, affaire.emetteur)

        assert (await client.http.request(methode, url)).status_code == 405


class TestLiens:
    def test_live_five_minutes(self) -> None:
        """
        A link is over after 300 seconds.
        """
        heure = [1000.0]
        liens = Liens(b"k", horloge=lambda: heure[0])
        jeton = liens.pour(7)(Genre.PDF, 9).removeprefix(CHEMIN)

        heure[0] += DUREE - 1
        assert liens.lire(jeton) == (Genre.PDF, 9, 7)
        heure[0] += 1
        assert liens.lire(jeton) is None
        assert DUREE <= 300

    def test_are_of_one_database(self) -> None:
        """
        Another database's key signs nothing here, nor does a kind that we do not know.
        """
        jeton = Liens(b"autre").pour(7)(Genre.PDF, 9).removeprefix(CHEMIN)
        inconnu: Any = 99

        assert Liens(b"k").lire(jeton) is None
        assert Liens(b"k").lire(Liens(b"k").pour(7)(inconnu, 9).removeprefix(CHEMIN)) is None

    def test_stand_on_the_public_url(self) -> None:
        """
        Links are absolute where SOLLI_URL_PUBLIQUE is set.
        """
        url = Liens(b"k", base="https://solli.example/api/").pour(7)(Genre.PDF, 9)

        assert url.startswith(f"https://solli.example/api{CHEMIN}")

    def test_every_character_counts(self) -> None:
        """
        No character of a link can be another.
        """
        liens = Liens(b"k")
        jeton = liens.pour(7)(Genre.PDF, 9).removeprefix(CHEMIN)

        for n in range(len(jeton)):
            for c in "ABab01-_=/+.":
                faux = jeton[:n] + c + jeton[n + 1 :]
                assert faux == jeton or liens.lire(faux) is None
