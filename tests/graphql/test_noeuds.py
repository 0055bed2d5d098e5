"""Objects by their id, and a sollicitation by its number."""

import pytest

from client import Client
from fabrique import Make
from lectures import NODES
from solli_graphql.domain.acteur import Role
from solli_graphql.domain.numeros import gid

MALFORMES = [
    *("", "x", "é", "U29sbGljaXRhdGlvbjow", gid("Sollicitation", 0), gid("Sollicitation", -1)),
    *(gid("Sollicitation", "1 "), gid("Sollicitation", "01"), gid("Inconnu", 1), gid("x" * 99, 1)),
    *(gid("Sollicitation", 10**19), gid("Categorie", 1), gid("Sollicitation", 10**15) + "="),
]


class TestNodes:
    async def test_keep_their_order(self, client: Client, make: Make) -> None:
        """
        Objects come in the order of their ids, again where an id is repeated, null where absent.
        """
        a = await make.affaire()
        b = await make.autre(a)
        moi, lieu = a.recepteur.gid, a.emettrice.gid
        asked = [lieu, b.gid, "x", moi, a.gid, b.gid, gid("Structure", 10**15), lieu]

        nodes = (await client.execute(NODES, a.recepteur, ids=asked)).data["nodes"]

        assert [n and n["id"] for n in nodes] == [
            *(lieu, b.gid, None, moi, a.gid, b.gid, None, lieu)
        ]
        assert (
            nodes[1]
            == nodes[5]
            == {
                "__typename": "Sollicitation",
                "id": b.gid,
                "numero": b.numero,
            }
        )
        assert (nodes[0]["__typename"], list(nodes[3])) == (
            "Structure",
            ["__typename", "id", "nom"],
        )

    async def test_of_no_id(self, client: Client, make: Make) -> None:
        """
        No id gives no object.
        """
        par = await make.compte()

        assert (await client.execute(NODES, par, ids=[])).body == {"data": {"nodes": []}}

    @pytest.mark.parametrize("texte", MALFORMES, ids=ascii)
    async def test_malformed_ids(self, client: Client, make: Make, texte: str) -> None:
        """
        An id that is none of ours finds nothing, and is no error.
        """
        par = await make.role(Role.SUPPORT)

        reply = await client.execute(NODES, par, ids=[texte])

        assert reply.body == {"data": {"nodes": [None]}}

    async def test_are_a_hundred_at_most(self, client: Client, make: Make) -> None:
        """
        More than a hundred ids at once are refused.
        """
        par = await make.compte()

        cent = await client.execute(NODES, par, ids=["x"] * 100)
        trop = await client.execute(NODES, par, ids=["x"] * 101)

        assert cent.body == {"data": {"nodes": [None] * 100}}
        assert trop.codes in (["BAD_USER_INPUT"], ["LIMITE_DEPASSEE"])

    async def test_sollicitation_by_number(self, client: Client, make: Make) -> None:
        """
        A sollicitation is found by its number, in any case and with spaces around it.
        """
        a = await make.affaire()
        query = "query($n: String!) { sollicitation(numero: $n) { id } }"

        found = [
            (await client.execute(query, a.emetteur, n=n)).data["sollicitation"]
            for n in (a.numero, f" {a.numero.lower()} ", a.numero + "0", "")
        ]

        assert found == [{"id": a.gid}, {"id": a.gid}, None, None]
