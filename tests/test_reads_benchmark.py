"""The harness of benchmarks/reads: what it accepts, what it refuses, what it writes."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

sys.path.append(str(Path(__file__).parents[1]))  # benchmarks is no part of the product
from benchmarks.reads import report
from benchmarks.reads.rounds import Void, check_reads, check_writes
from benchmarks.reads.targets import Measure, rows, verdict
from benchmarks.reads.workloads import same

from solli_graphql.domain.numeros import gid

READS = Path(report.__file__).parent


class TestSame:
    def test_the_form_does_not_count(self) -> None:
        """
        Ids, instants and cursors may be written otherwise, lists be pages, lines be nested.
        """
        ours: dict[str, Any] = {
            "id": gid("Sollicitation", 7),
            "date": "2026-01-02T10:00:00+00:00",
            "endCursor": "abc",
            "lignes": [{"auteur": {"nom": "Roche"}}],
        }
        theirs: dict[str, Any] = {
            "id": "7",
            "date": "2026-01-02 11:00:00+01",
            "endCursor": "x",
            "lignes": {"nodes": [{"_": {"auteur_nom": "Roche"}}]},
        }
        assert same(ours) == same(theirs)

    @pytest.mark.parametrize(
        "other", [{"id": "8"}, {"id": "7", "plus": None}, {}, {"id": None}, {"endCursor": "x"}]
    )
    def test_the_content_does(self, other: dict[str, Any]) -> None:
        """
        Another value, or a field more or less, is another answer.
        """
        assert same({"id": gid("Sollicitation", 7)}) != same(other)


class TestRounds:
    def test_an_error_in_a_200_is_seen(self) -> None:
        """
        Answers of another length make a round void.
        """
        check_reads({"requests": 100, "bytes": 100_000}, 1000, 1)
        with pytest.raises(Void):
            check_reads({"requests": 100, "bytes": 90_000}, 1000, 1)

    @pytest.mark.parametrize(("accepted", "written"), [(99, 100), (100, 99), (100, 117)])
    def test_a_write_is_counted(self, accepted: int, written: int) -> None:
        """
        One refused, one lost, or more written than was under way makes a round void.
        """
        check_writes({"requests": 100, "accepted": 100}, 116, 16)
        with pytest.raises(Void):
            check_writes({"requests": 100, "accepted": accepted}, written, 16)


def played(contender: str, workload: str, rate: float) -> list[dict[str, Any]]:
    """
    Make two rounds.
    """
    one = {"contender": contender, "workload": workload, "connections": 16, "requests": 10}
    figures = {"cpu": 100.0, "database": 50.0, "p50": 1.0, "p99": 2.0}
    return [{**one, **figures, "rate": rate}, {**one, **figures, "rate": rate}]


RESULT: dict[str, Any] = {
    "date": "2026-11-25",
    "commit": "0000000",
    "machine": "a machine",
    "versions": {"Python": "3"},
    "rows": 10,
    "big": 0,
    "rounds_each": 2,
    "seconds": 1.0,
    "pool": 4,
    "page": 7,
    "void": [],
    "labels": {"hello": "hello", "bare": "the limit", "solli": "ours"},
    "starts": {"solli": {"start": [0.6, 0.8], "rest": [90.0, 90.0], "after": 70.0}},
    "rounds": [
        *played("hello", "hello", 9000),
        *played("bare", "W1", 1000),
        *played("solli", "W1", 950),
    ],
}


class TestCheck:
    def test_the_harness_runs(self, tmp_path: Path) -> None:
        """
        The data sets are built, and each answer of the server is the bare limit's, on both engines.
        """
        only = "bare,solli,tuned,bare-sqlite,solli-sqlite"
        command = ("--check", "--rows", "200", "--big", "0", "--only", only, "--data", tmp_path)
        done = subprocess.run(
            [sys.executable, "-m", "benchmarks.reads", *map(str, command)],
            cwd=READS.parents[1],
            capture_output=True,
            text=True,
            timeout=240,
            check=False,
        )
        assert "the answers are the same" in done.stderr, done.stderr
        assert done.returncode == 0


class TestReport:
    @pytest.mark.parametrize(
        ("value", "said"), [(0.8, "**not met**"), (0.9, "met"), (1.2, "met, aim too")]
    )
    def test_a_target_is_met_or_not(self, value: float, said: str) -> None:
        """
        A target has a level that must be reached, and one that is aimed at.
        """
        assert verdict(value, 0.9, 1.0, less=False) == said

    def test_the_table_of_targets(self) -> None:
        """
        Each target that has its figures is a line; a start or a memory is one too.
        """
        found = {
            row[0]: row[-1] for row in rows(Measure(RESULT)) if row[1] != "a bare uvicorn “hello”"
        }
        assert found == {
            "W1 req/s": "met",
            "W1 server CPU": "met, aim too",
            "ours: start to first answer": "met",
            "ours: PSS then": "**not met**",
            "ours: PSS after all rounds": "met",
        }

    def test_what_is_written(self, tmp_path: Path) -> None:
        """
        A run is a JSON from which the report is written again, a Markdown and a small chart.
        """
        report.write(RESULT, tmp_path)
        names = sorted(p.name for p in tmp_path.iterdir())
        assert names == ["2026-11-25.json", "2026-11-25.md", "2026-11-25.svg"]
        assert "| 16 | ours | 950 (950–950) | 0.95 |" in (tmp_path / names[1]).read_text()

    def test_the_readme_names_every_module(self) -> None:
        """
        The README says what each module holds.
        """
        told = (READS / "README.md").read_text()
        modules = {p.name for p in READS.glob("*.py")} - {"__init__.py", "__main__.py"}
        assert {m for m in modules if f"`{m}`" not in told} == set()
