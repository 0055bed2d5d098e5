"""Orders, pages, their bounds and their cursors."""

import json
from base64 import urlsafe_b64encode
from typing import Any

import pytest

from client import Client, Compte
from fabrique import Make
from lectures import MIDI, chercher, ids, plusieurs
from solli_graphql.domain.acteur import Role

PAGE = """
query($espace: Espace!, $tri: TriSollicitations!, $first: Int, $after: String, $last: Int,
      $before: String) {
  sollicitations(espace: $espace, filtre: {categorie: "FACTURE"}, tri: $tri,
      first: $first, after: $after, last: $last, before: $before) {
    totalCount edges { cursor node { id } } nodes { id }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  }
}
"""
TRIS = ("DATE_DEPOT_DESC", "DATE_DEPOT_ASC", "DATE_MISE_A_JOUR_DESC", "DATE_MISE_A_JOUR_ASC")
DATES = {
    "as they were": (),
    "all the same": (MIDI,) * 7,
    "by twos": tuple(MIDI.replace(day=1 + i // 2) for i in range(7)),
}


async def page(client: Client, par: Compte, tri: str, espace: str = "RECUES", **b: Any) -> Any:
    """Read a page, and check that it is consistent with itself."""
    reply = await client.execute(PAGE, par, espace=espace, tri=tri, **b)
    found = reply.data["sollicitations"]
    edges, info = found["edges"], found["pageInfo"]
    assert [e["node"] for e in edges] == found["nodes"]
    ends = (edges[0]["cursor"], edges[-1]["cursor"]) if edges else (None, None)
    assert (info["startCursor"], info["endCursor"]) == ends
    return found


class TestOrders:
    @pytest.mark.parametrize("espace", ["RECUES", "EMISES"])
    async def test_the_four(self, client: Client, make: Make, espace: str) -> None:
        """
        Deposits and updates are sorted both ways; the newest deposit first by default.
        """
        a, b, c = await plusieurs(make, 3)
        await make.geste(a, "DEMANDE_INFORMATION")
        par = a.recepteur if espace == "RECUES" else a.emetteur

        found = {t: ids(await page(client, par, t, espace)) for t in TRIS}

        assert found == {
            "DATE_DEPOT_DESC": [c.gid, b.gid, a.gid],
            "DATE_DEPOT_ASC": [a.gid, b.gid, c.gid],
            "DATE_MISE_A_JOUR_DESC": [a.gid, c.gid, b.gid],
            "DATE_MISE_A_JOUR_ASC": [b.gid, c.gid, a.gid],
        }
        assert await chercher(client, par, espace, categorie="FACTURE") == found["DATE_DEPOT_DESC"]


class TestPages:
    @pytest.mark.parametrize("dates", DATES)
    @pytest.mark.parametrize("tri", TRIS)
    async def test_forward_and_backward(
        self, client: Client, make: Make, tri: str, dates: str
    ) -> None:
        """
        Pages of three cover seven rows once each, in order, from either end, ties included.
        """
        affaires = await plusieurs(make, 7, DATES[dates])
        par = affaires[0].recepteur
        entire = ids(await page(client, par, tri))
        assert sorted(entire) == sorted(a.gid for a in affaires)

        for sens, curseur, info in (
            ("first", "after", ("endCursor", "hasNextPage", "hasPreviousPage")),
            ("last", "before", ("startCursor", "hasPreviousPage", "hasNextPage")),
        ):
            read: list[str] = []
            bornes: dict[str, Any] = {sens: 3}
            for taille in (3, 3, 1):
                p = await page(client, par, tri, **bornes)
                assert (len(p["nodes"]), p["totalCount"]) == (taille, 7)
                assert p["pageInfo"][info[1]] == (taille == 3)
                assert p["pageInfo"][info[2]] == bool(read)
                read = read + ids(p) if sens == "first" else ids(p) + read
                bornes[curseur] = p["pageInfo"][info[0]]
            assert read == entire

    async def test_a_full_last_page(self, client: Client, make: Make) -> None:
        """
        A page that ends with the list has none after it, and the next one is empty.
        """
        (a, *_) = await plusieurs(make, 3)

        p = await page(client, a.recepteur, TRIS[0], first=3)
        vide = await page(client, a.recepteur, TRIS[0], first=3, after=p["pageInfo"]["endCursor"])

        assert p["pageInfo"]["hasNextPage"] is False
        assert (vide["nodes"], vide["totalCount"]) == ([], 3)
        assert vide["pageInfo"]["hasNextPage"] is False

    async def test_of_no_row(self, client: Client, make: Make) -> None:
        """
        A page of size zero has no row and the whole count.
        """
        (a, *_) = await plusieurs(make, 2)

        pages = [
            await page(client, a.recepteur, TRIS[0], first=0),
            await page(client, a.recepteur, TRIS[0], last=0),
        ]

        assert [(p["nodes"], p["totalCount"]) for p in pages] == [([], 2), ([], 2)]

    async def test_of_an_empty_list(self, client: Client, make: Make) -> None:
        """
        An empty list has no page before or after.
        """
        par = await make.role(Role.RECEPTEUR, await make.lieu())

        assert await page(client, par, TRIS[0]) == {
            "totalCount": 0,
            "edges": [],
            "nodes": [],
            "pageInfo": {
                "hasNextPage": False,
                "hasPreviousPage": False,
                "startCursor": None,
                "endCursor": None,
            },
        }

    async def test_have_twenty_rows_by_default(self, client: Client, make: Make) -> None:
        """
        A page has twenty rows where no size is given.
        """
        (a, *_) = await plusieurs(make, 21)

        p = await page(client, a.recepteur, TRIS[0])

        assert (len(p["nodes"]), p["totalCount"]) == (20, 21)
        assert len(ids(await page(client, a.recepteur, TRIS[0], first=100))) == 21

    async def test_of_the_synthese(self, client: Client, make: Make) -> None:
        """
        A cursor of a Synthèse continues it.
        """
        a, b, _ = await plusieurs(make, 3)
        query = """query($after: String) { synthese(espace: RECUES, first: 1, after: $after) {
          nodes { id } pageInfo { endCursor } } }"""

        un = (await client.execute(query, a.recepteur)).data["synthese"]
        deux = await client.execute(query, a.recepteur, after=un["pageInfo"]["endCursor"])

        assert (ids(un), ids(deux.data["synthese"])) == ([a.gid], [b.gid])


def curseur(*parts: Any) -> str:
    """Forge a cursor."""
    return urlsafe_b64encode(json.dumps(parts).encode()).decode().rstrip("=")


DATE = "2024-03-01T12:00:00+00:00"
CURSEURS = [
    *("", "x", "é", " ", "====", "null", curseur(), curseur("DATE_DEPOT_DESC", DATE)),
    *(curseur("DATE_DEPOT_ASC", DATE, 1), curseur("DESIGNATION", "Structure", 1)),
    *(curseur("DATE_DEPOT_DESC", 5, 1), curseur("DATE_DEPOT_DESC", None, 1)),
    *(curseur("DATE_DEPOT_DESC", DATE, 1.0), curseur("DATE_DEPOT_DESC", DATE, 2**63)),
    *(curseur("DATE_DEPOT_DESC", DATE, -1), curseur("DATE_DEPOT_DESC", DATE, "1")),
    *(curseur("DATE_DEPOT_DESC", "2024-03-01T12:00:00", 1), curseur("DATE_DEPOT_DESC", "", 1)),
    *(curseur("DATE_DEPOT_DESC", DATE + "\0", 1), " " + curseur("DATE_DEPOT_DESC", DATE, 1)),
    curseur("DATE_DEPOT_DESC", "0001-01-01T00:00:00+14:00", 1),
    curseur("DATE_DEPOT_DESC", "9999-12-31T23:59:59-14:00", 1),
]


class TestBounds:
    @pytest.mark.parametrize("racine", ["synthese", "sollicitations", "structures"])
    @pytest.mark.parametrize(
        "bornes",
        [
            *("first: -1", "first: 101", "last: -1", "last: 101", "first: 2, last: 2"),
            *('first: 2, before: "x"', 'last: 2, after: "x"', 'after: "x", before: "x"'),
            *("first: 2147483648", 'first: "2"', "first: 1.5"),
        ],
    )
    async def test_out_of_which_a_page_is_malformed(
        self, client: Client, make: Make, racine: str, bornes: str
    ) -> None:
        """
        A size out of 0–100, or two directions at once, is the caller's mistake.
        """
        par = await make.role(Role.RECEPTEUR, await make.lieu())
        autres = {
            "synthese": "espace: RECUES,",
            "sollicitations": 'espace: RECUES, filtre: {numero: "S"},',
            "structures": "",
        }

        reply = await client.execute(
            f"{{ {racine}({autres[racine]} {bornes}) {{ totalCount }} }}", par
        )

        assert reply.codes == ["BAD_USER_INPUT"]

    @pytest.mark.parametrize("texte", CURSEURS, ids=ascii)
    @pytest.mark.parametrize("sens", ["after", "before"])
    async def test_malformed_and_foreign_cursors(
        self, client: Client, make: Make, sens: str, texte: str
    ) -> None:
        """
        A cursor that is none of this list and order is the caller's mistake.
        """
        par = await make.role(Role.RECEPTEUR, await make.lieu())

        reply = await client.execute(PAGE, par, espace="RECUES", tri=TRIS[0], **{sens: texte})

        assert (reply.codes, reply.body["data"]) == (["BAD_USER_INPUT"], None)
