"""What an operation costs, and what happens when it is not paid for."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from client import Client, Compte
from conftest import servir
from documents import TRAITER
from exportations import EXPORTER
from fabrique import Make
from solli_graphql.db.migrate import migrate
from solli_graphql.domain.acteur import Role
from solli_graphql.settings import Mode, Settings

LIGNES = """query($n: Int) { synthese(espace: SUPPORT, first: 10) {
  nodes { historique(first: $n) { seq auteur { nom } } } } }"""
PAGE = """query($n: Int) { synthese(espace: SUPPORT, first: $n) {
  nodes { numero structureEmettrice { designation identifiant { valeur } } serviceEmetteur { code }
          contact { courriel } actionsPossibles { action statutsProposes { statut } } } } }"""
EXPORT = {"espace": "SUPPORT", "format": "CSV"}
RECHERCHE = "sollicitations(espace: SUPPORT, filtre: {{{}}}, first: 20) {{ {} }}"


@pytest.fixture
async def compte(tmp_path: Path) -> AsyncIterator[Client]:
    """
    A service that counts: 100 points, and hardly any come back.
    """
    url = f"sqlite:///{tmp_path / 'cout.db'}"
    await migrate(url)
    given = {"cout_capacite": 100, "cout_recharge": 0.01}
    async with servir(
        Settings(mode=Mode.DEMO, database_url=url, _env_file=None, **given)  # type: ignore[arg-type]
    ) as client:
        yield client


async def prix(client: Client, agent: Compte, query: str, **variables: Any) -> int:
    """
    Ask what an operation costs, without running it.
    """
    extensions = {"simulationCout": True}
    body = {"query": query, "variables": variables, "extensions": extensions}
    reply = await client.post(body, par=agent)
    assert reply.body["data"] is None, reply.body
    demande: int = reply.cout["demande"]
    return demande


class TestPrice:
    @pytest.mark.parametrize(
        ("query", "variables", "points"),
        [
            ("{ moi { id nom } }", {}, 2),
            ("{ a: moi { id } b: moi { id } __typename }", {}, 4),
            ("{ __schema { queryType { name } } }", {}, 10),
            (PAGE, {}, 1 + 3),  # 20 sollicitations, their structures and services
            (PAGE, {"n": 50}, 1 + 8),
            (PAGE, {"n": 0}, 1),
            (LIGNES, {}, 1 + 11),  # 10 × (1 + 20)
            (LIGNES, {"n": 100}, 1 + 51),
            ("query($i: [ID!]!) { nodes(ids: $i) { id } }", {"i": ["x"] * 100}, 1 + 5),
            ("{ " + RECHERCHE.format('texte: "abc"', "totalCount") + " }", {}, 1 + 10 + 10),
            ("{ " + RECHERCHE.format('numero: "abc"', "nodes { id }") + " }", {}, 1 + 1),
            ("{ synthese(espace: SUPPORT, first: 0) { facettes { axe } } }", {}, 1 + 2 * 20),
            ("{ statistiques(espace: SUPPORT) { total } }", {}, 100),
            ("{ structures { nodes { services { code } } } }", {}, 1 + 11),  # 10 where none is said
            (EXPORTER, {"input": {**EXPORT, "filtre": {"numero": "abc"}}}, 10),
            (EXPORTER, {"input": {**EXPORT, "filtre": {"texte": "abc"}}}, 10 + 10),
            (TRAITER, {"input": {"id": "x", "statut": "RESOLUE", "miseAJour": "x"}}, 10 + 1),
        ],
    )
    async def test_is_of_what_may_come(
        self, client: Client, make: Make, query: str, variables: Any, points: int
    ) -> None:
        """
        An operation costs what its roots, page sizes and lists may bring, by its variables.
        """
        assert await prix(client, await make.role(Role.SUPPORT), query, **variables) == points

    async def test_is_told_on_the_answer(self, client: Client, make: Make) -> None:
        """
        An answer says what it cost; where nothing is counted it says no more.
        """
        reply = await client.execute(PAGE, par=await make.role(Role.SUPPORT), n=50)
        cout = {"demande": 9, "maximum": None, "restant": None}
        assert reply.cout == cout

    async def test_too_many_objects_are_refused(self, client: Client, make: Make) -> None:
        """
        What may give more than 5,000 objects is refused; one less is served.
        """
        query = "query($n: Int) { synthese(espace: SUPPORT, first: 50) { nodes { %s } } }"
        lists = "a: historique(first: $n) { seq } b: historique(first: 59) { seq }"
        agent = await make.role(Role.SUPPORT)
        assert (await client.execute(query % lists, par=agent, n=40)).codes == []
        reply = await client.execute(query % lists, par=agent, n=41)
        assert (reply.status, reply.codes) == (400, ["LIMITE_DEPASSEE"])


class TestBucket:
    async def test_is_spent(self, compte: Client) -> None:
        """
        Points are taken until there are none; then it is 429, and says when to come back.
        """
        agent = await Make(compte).role(Role.SUPPORT)
        costs = [(await compte.execute(LIGNES, par=agent, n=80)).cout for _ in range(2)]
        assert costs == [{"demande": 42, "maximum": 100, "restant": n} for n in (58, 16)]
        reply = await compte.execute(LIGNES, par=agent, n=80)
        assert (reply.status, reply.codes) == (429, ["LIMITE_DEPASSEE"])
        assert 2500 < int(reply.headers["retry-after"]) <= 2600
        assert reply.cout == {"demande": 42, "maximum": 100, "restant": 16}
        assert (await compte.execute("{ moi { id } }", par=agent)).codes == []

    async def test_is_each_caller_s_own(self, compte: Client) -> None:
        """
        Somebody who has spent everything costs nothing to another.
        """
        make = Make(compte)
        one, other = await make.role(Role.SUPPORT), await make.role(Role.SUPPORT)
        for _ in range(3):
            reply = await compte.execute(LIGNES, par=one, n=80)
        assert reply.status == 429
        assert (await compte.execute(LIGNES, par=other, n=80)).status == 200

    async def test_nothing_is_done_that_is_not_paid_for(self, compte: Client) -> None:
        """
        A refused mutation changes nothing.
        """
        make = Make(compte)
        s = await make.affaire()
        before = await make.photo(s)
        for _ in range(2):
            await compte.execute(LIGNES.replace("SUPPORT", "RECUES"), par=s.recepteur, n=87)
        entree = {"id": s.gid, "statut": "RESOLUE", "miseAJour": "Oui."}
        reply = await compte.execute(TRAITER, par=s.recepteur, input=entree)
        assert (reply.status, await make.photo(s) == before) == (429, True)

    async def test_never_pays_for_more_than_it_holds(self, compte: Client) -> None:
        """
        What costs more than a full bucket is refused for good: a 400 rather than a 429.
        """
        agent = await Make(compte).role(Role.SUPPORT)
        query = LIGNES.replace("first: 10", "first: 40")
        reply = await compte.execute(query, par=agent, n=100)
        assert (reply.status, reply.codes) == (400, ["LIMITE_DEPASSEE"])

    async def test_a_price_is_free(self, compte: Client) -> None:
        """
        Asking for a price takes nothing, and runs nothing.
        """
        agent = await Make(compte).role(Role.SUPPORT)
        assert [await prix(compte, agent, LIGNES, n=80) for _ in range(5)] == [42] * 5
