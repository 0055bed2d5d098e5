"""One round of wrk against one contender, held to what it must have answered."""

import asyncio
import json
import shutil
import subprocess
import time
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from benchmarks.reads.contenders import KEY, Contender, postgres_cpu
from benchmarks.reads.workloads import same
from benchmarks.reliability.cluster import Cluster
from solli_graphql.db import models as m
from solli_graphql.db.migrate import on
from solli_graphql.domain.numeros import gid

SCRIPT = Path(__file__).with_name("wrk.lua")
SETTLE = 0.3  # seconds for what was under way when wrk left
SLACK = 0.02  # of the bytes: what was half read when wrk left
OK = 200


class Void(RuntimeError):
    """The round does not count: what was answered is not what had to be."""


@dataclass(frozen=True)
class Figures:
    """What a round measured."""

    contender: str
    workload: str
    connections: int
    requests: int
    rate: float  # requests a second
    cpu: float  # µs of the server a request
    database: float  # µs of PostgreSQL a request
    p50: float  # ms
    p99: float  # ms


def wrk() -> str:
    """Find wrk, or say how to have it."""
    found = shutil.which("wrk")
    if found is None:
        raise SystemExit(
            "wrk is absent. On Debian: apt-get install wrk. Elsewhere: build 4.1 or later."
        )
    return found


def answer(contender: Contender, workload: str) -> tuple[Any, int]:
    """Ask once; give what must be the same for all, and the bytes that it takes. Raises Void."""
    body = contender.body(workload)
    if workload == "W4":
        id_ = contender.subjects[0]
        version = versions(contender)[id_]
        body = _filled(contender, body, id_, version)
    status, found, size = contender.ask(workload, body)
    if status != OK or (workload != "hello" and ("errors" in found or not found.get("data"))):
        raise Void(f"{contender.name} {workload}: {status} {str(found)[:500]}")
    if workload == "hello":
        return found, size
    found = same(found["data"])
    if workload == "W4":
        found.pop("traiter___typename", None)
        found["traiter_sollicitation_id"] = int(found["traiter_sollicitation_id"]) == id_
        found["traiter_sollicitation_version"] -= version
        found["written"] = versions(contender)[id_] - version
    return found, size


def _filled(contender: Contender, template: str, id_: int, version: int) -> str:
    given = {"@ID@": _id(contender, id_), "@VERSION@": str(version), KEY: uuid.uuid4().hex}
    for place, value in given.items():
        template = template.replace(place, value)
    return template


def _id(contender: Contender, id_: int) -> str:
    return gid("Sollicitation", id_) if contender.own else str(id_)


def versions(contender: Contender) -> dict[int, int]:
    """Read the versions of a contender's subjects of W4."""
    t = m.sollicitation.c
    wanted = sa.select(t.id, t.version).where(t.id.in_(contender.subjects))
    rows = asyncio.run(on(contender.base.url, lambda c: [tuple(r) for r in c.execute(wanted)]))
    return dict(sorted(rows))


def play(
    contender: Contender, workload: str, connections: int, seconds: float, cluster: Cluster
) -> Figures:
    """Play one round. Raises Void."""
    _, size = answer(contender, workload)
    body = contender.folder / "body"
    body.write_text(contender.body(workload))
    words = [str(body)]
    before: dict[int, int] = {}
    if workload == "W4":
        before = versions(contender)
        subjects = contender.folder / "subjects"
        lines = (f"{_id(contender, i)} {v}\n" for i, v in before.items())
        subjects.write_text("".join(lines))
        words += [str(subjects), f"{uuid.uuid4().hex}-", '"statut":"EN_COURS"']
    cpu, database = contender.cpu(), postgres_cpu(cluster.pid)
    told = _wrk(contender, workload, connections, seconds, words)
    time.sleep(SETTLE)
    cpu, database = contender.cpu() - cpu, postgres_cpu(cluster.pid) - database
    if workload == "W4":
        written = sum(versions(contender).values()) - sum(before.values())
        check_writes(told, written, connections)
    else:
        check_reads(told, size, connections)
    n = told["requests"]
    return Figures(
        *(contender.name, workload, connections, n),
        rate=round(n / told["seconds"], 1),
        cpu=round(cpu / n * 1e6, 1),
        database=round(database / n * 1e6, 1),
        p50=told["p50"] / 1000,
        p99=told["p99"] / 1000,
    )


def _wrk(
    contender: Contender, workload: str, connections: int, seconds: float, words: list[str]
) -> dict[str, Any]:
    headers = [w for k, v in contender.headers(workload).items() for w in ("-H", f"{k}: {v}")]
    where = f"http://127.0.0.1:{contender.port}{contender.path(workload)}"
    load = ["-t", "1", "-c", str(connections), "-d", f"{max(round(seconds), 1)}s"]
    done = subprocess.run(  # noqa: S603
        [wrk(), *load, *headers, "--timeout", "10s", "-s", str(SCRIPT), where, "--", *words],
        check=False,
        capture_output=True,
        text=True,
        timeout=seconds + 60,
    )
    _, found, after = done.stdout.partition('\n{"requests"')
    if not found:
        raise Void(f"{contender.name} {workload}: wrk said {done.stderr[-500:] or done.stdout}")
    line, _, said = after.partition("\n")
    told: dict[str, Any] = json.loads('{"requests"' + line)
    if told["errors"] or told["refused"] or not told["requests"]:
        raise Void(f"{contender.name} {workload}: {told} {said[:500]}")
    return told


def check_reads(told: dict[str, Any], size: int, connections: int) -> None:
    """Hold the bytes to the requests: an answer that is an error has another length."""
    expected = told["requests"] * size
    if abs(told["bytes"] - expected) > connections * size + SLACK * expected:
        raise Void(f"{told['bytes']} bytes for {told['requests']} answers of {size}")


def check_writes(told: dict[str, Any], written: int, connections: int) -> None:
    """Hold what the database has to what was answered; wrk leaves with some under way."""
    if told["accepted"] != told["requests"]:
        raise Void(f"{told['accepted']} accepted of {told['requests']}")
    if not 0 <= written - told["accepted"] <= connections:
        raise Void(f"{written} written, {told['accepted']} accepted")
