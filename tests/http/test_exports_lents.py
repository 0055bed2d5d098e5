"""Exports that nobody reads, or whose head alone is asked for: nothing is held for them."""

import asyncio
import threading
from datetime import UTC, datetime

import pytest
import structlog

from client import Client
from conftest import servir
from exportations import EXPORTER, TOUS, immobile, preparer
from fabrique import Affaire, Make
from prises import head, hung_up, listening
from solli_graphql.exports.classeur import Xlsx
from solli_graphql.services import jetons
from solli_graphql.settings import Settings


@pytest.fixture(scope="module")
async def affaire(make: Make) -> Affaire:
    """
    More than the buffers of a connection hold.
    """
    a = await make.affaire()
    for _ in range(60):
        await make.autre(a, description="é" * 10_000)
    return a


async def lien(client: Client, a: Affaire) -> str:
    """Ask for an export of everything."""
    url: str = (await preparer(client, a.emetteur, espace="EMISES", filtre=TOUS))["url"]
    return url


class TestHead:
    async def test_runs_nothing(self, settings: Settings, affaire: Affaire) -> None:
        """
        HEAD takes neither a place nor points, and has the headers of GET.
        """
        un = {"exports": 1, "cout_capacite": 230, "cout_recharge": 0.001}
        async with servir(settings.model_copy(update=un)) as autre:
            url = await lien(autre, affaire)
            async with immobile(autre, url):
                tetes = [await autre.http.head(url) for _ in range(3)]
            entier = await autre.http.get(url)

        assert [r.status_code for r in (*tetes, entier)] == [200, 200, 200, 429]
        assert all("content-length" not in r.headers for r in tetes)
        assert tetes[0].headers["content-disposition"].endswith('"sollicitations.jsonl"')


class TestSlowReader:
    async def test_is_cut_in_the_end(self, settings: Settings, affaire: Affaire) -> None:
        """
        An export ends by its deadline, however slowly it is read, and says so in the log.
        """
        bref = settings.model_copy(update={"delai_export": 0.3})
        async with servir(bref) as autre:
            url = await lien(autre, affaire)
            with structlog.testing.capture_logs() as logs:
                async with immobile(autre, url) as suivi:
                    await asyncio.wait_for(suivi, 30)

        assert [x["raison"] for x in logs if x["event"] == "export_interrompu"] == ["TimeoutError"]

    async def test_that_reads_nothing_is_cut_early(
        self, client: Client, settings: Settings, affaire: Affaire
    ) -> None:
        """
        Who stops reading is cut by the deadline of all answers, and the place is free.
        """
        url = await lien(client, affaire)
        demande = head(start=f"GET {url} HTTP/1.1\r\n".encode())
        bref = settings.model_copy(update={"exports": 1, "delai_envoi": 0.5})
        with listening(bref) as server, server.connect(small=True) as s:
            s.sendall(demande)
            assert await asyncio.to_thread(hung_up, s)
            assert (await asyncio.to_thread(server.ask, demande)).status == 200


class TestCancelled:
    async def test_closes_what_no_thread_writes_any_more(
        self, client: Client, affaire: Affaire, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """
        An export that is given up while its rows are written waits for them, then closes the file.
        """
        commence, finir, faits = threading.Event(), threading.Event(), []

        def lot(self: Xlsx, lignes: object) -> bytes:  # noqa: ARG001
            commence.set()
            finir.wait(30)
            faits.append("lot")
            return b""

        fermer = Xlsx.close

        def close(self: Xlsx) -> None:
            faits.append("close")
            fermer(self)

        monkeypatch.setattr(Xlsx, "lot", lot)
        monkeypatch.setattr(Xlsx, "close", close)
        url = (
            await preparer(client, affaire.emetteur, espace="EMISES", filtre=TOUS, format="XLSX")
        )["url"]
        suivi = asyncio.create_task(client.http.get(url))
        await asyncio.to_thread(commence.wait, 30)
        suivi.cancel()
        await asyncio.sleep(0.05)
        assert faits == []
        finir.set()
        await asyncio.wait([suivi])
        assert faits == ["lot", "close"]


class TestReadOnly:
    async def test_does_not_export(self, client: Client, affaire: Affaire) -> None:
        """
        A token that only reads cannot ask for an export.
        """
        jeton = jetons.signer(
            *(client.cle, affaire.emetteur.courriel),
            minutes=5,
            maintenant=datetime.now(UTC),
            scope=jetons.LECTURE,
        )
        entetes = {"authorization": f"Bearer {jeton}"}
        entree = {"espace": "EMISES", "filtre": TOUS, "format": "CSV"}
        corps = {"query": EXPORTER, "variables": {"input": entree}}
        reply = await client.post(corps, headers=entetes)
        assert reply.data["exporter"]["code"] == "ACCES_REFUSE"
