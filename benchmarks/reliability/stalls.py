"""Clients that stall in four ways beside clients that do not: who is cut, when, who waits."""

import argparse
import json
import select
import socket
import statistics
import threading
import time
import urllib.request
from dataclasses import dataclass
from typing import Any

from benchmarks.reliability.clients import People, submit
from benchmarks.reliability.drain import WHOLE_HEAD
from benchmarks.reliability.servers import Server, serving
from benchmarks.reliability.world import Base, database, people

RATIO = 2.0  # promised: others' p99 with the stalls, over without
# Seconds past a deadline: a slow reader has its time from when nothing more goes through.
SLACK = 10.0
LARGE = b"GET /schema.graphql HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n" * 40
# What each kind sends and then does no more; the reader asks for much and reads nothing.
KINDS = {
    "silent": b"",
    "head": WHOLE_HEAD[:40],
    "body": WHOLE_HEAD + b'{"query": ',
    "reader": LARGE,
}
QUERY = {"query": "{ synthese(espace: RECUES) { totalCount nodes { numero statut } } }"}


@dataclass(frozen=True)
class Size:
    """How many stalled clients, how long others are timed beforehand, and the deadlines."""

    stalled: int
    quiet: float
    deadlines: dict[str, float]


CI = {"silent": 2.0, "head": 2.0, "body": 3.0, "reader": 3.0}
FULL = {"silent": 10.0, "head": 10.0, "body": 30.0, "reader": 30.0}  # the defaults
SIZES = {"ci": Size(80, 3, CI), "full": Size(1000, 30, FULL)}


def run(base: Base, size: Size) -> dict[str, Any]:
    """Time some clients alone, then beside the stalled ones, until all of those are cut."""
    who, d = people(base.url), size.deadlines
    names = {"ENTETE": "head", "CORPS": "body", "ENVOI": "reader", "INACTIVITE": "reader"}
    more = {f"SOLLI_DELAI_{name}": str(d[kind]) for name, kind in names.items()}
    with serving(base.url, base.folder, 1, more=more) as (server,):
        for n in range(20):
            _post(server, who.emetteur, submit(who, f"n{n}").body)
        before = _timed(server, who, size.quiet)
        stalled = [
            (kind, _stall(server, KINDS[kind])) for kind in KINDS for _ in range(size.stalled // 4)
        ]
        begin, cut = time.monotonic(), {kind: [] for kind in KINDS}  # type: dict[str, list[float]]
        watcher = threading.Thread(target=_watch, args=(stalled, cut, begin, max(d.values()) + 30))
        watcher.start()
        time.sleep(d["head"] / 2)  # what the readers asked for has been answered: now they stall
        beside = _timed(server, who, d["body"] - d["head"] / 2)
        watcher.join()
        for _, s in stalled:
            s.close()
        _, exited = server.terminate(25)
    return {
        "stalled": len(stalled),
        "cut": {kind: len(times) for kind, times in cut.items()},
        "seconds_until_cut": {k: [round(min(t), 1), round(max(t), 1)] for k, t in cut.items() if t},
        "deadlines": d,
        "p99_ms": {"alone": _p99(before), "beside": _p99(beside)},
        "median_ms": {"alone": _median(before), "beside": _median(beside)},
        "requests": [len(before), len(beside)],
        "failed": sum(t < 0 for t in before + beside),
        "exited": exited is not None,
    }


def _stall(server: Server, half: bytes) -> socket.socket:
    s = socket.socket()
    s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    s.connect(("127.0.0.1", server.port))
    s.sendall(half)
    s.setblocking(False)  # noqa: FBT003
    return s


def _watch(
    stalled: list[tuple[str, socket.socket]],
    cut: dict[str, list[float]],
    begin: float,
    patience: float,
) -> None:
    """Note when each connection ends; what the slow readers are sent is left unread."""
    poll, kinds = select.poll(), {s.fileno(): (kind, s) for kind, s in stalled}
    for fd, (kind, _) in kinds.items():
        poll.register(fd, 0 if kind == "reader" else select.POLLIN)
    while kinds and time.monotonic() < begin + patience:
        for fd, event in poll.poll(500):
            kind, s = kinds[fd]
            if event & (select.POLLHUP | select.POLLERR) or _ended(s):
                cut[kind].append(time.monotonic() - begin)
                poll.unregister(fd)
                del kinds[fd]


def _ended(s: socket.socket) -> bool:
    try:
        return not s.recv(65536)
    except BlockingIOError:
        return False
    except OSError:
        return True


def _timed(server: Server, who: People, seconds: float) -> list[float]:
    """Ask one thing after another for so long; give the milliseconds of each, -1 for a failure."""
    body, times, end = json.dumps(QUERY).encode(), [], time.monotonic() + seconds
    while time.monotonic() < end:
        begin = time.perf_counter()
        good = _post(server, who.recepteur, body)
        times.append((time.perf_counter() - begin) * 1000 if good else -1.0)
    return times


def _post(server: Server, token: str, body: bytes) -> bool:
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    url = f"http://127.0.0.1:{server.port}/graphql"
    try:
        request = urllib.request.Request(url, body, headers)
        with urllib.request.urlopen(request, timeout=30) as reply:  # noqa: S310
            return b'"errors"' not in reply.read()
    except OSError:
        return False


def _p99(times: list[float]) -> float:
    return round(sorted(times)[int(len(times) * 0.99)], 1)


def _median(times: list[float]) -> float:
    return round(statistics.median(times), 1)


def broken(figures: dict[str, Any]) -> list[str]:
    """Say which promises a run broke."""
    spans, deadlines = figures["seconds_until_cut"], figures["deadlines"]
    checks = {
        "all are cut": sum(figures["cut"].values()) == figures["stalled"],
        "at the deadline": all(last <= deadlines[k] + SLACK for k, (_, last) in spans.items()),
        "none before": all(first >= deadlines[k] - SLACK for k, (first, _) in spans.items()),
        "others are answered": figures["failed"] == 0,
        "exits": figures["exited"],
    }
    return [name for name, holds in checks.items() if not holds]


def main(engine: str, asked: argparse.Namespace) -> tuple[dict[str, Any], list[str]]:
    """Run it on an engine; the ratio of p99 is a promise of the full size only."""
    size = SIZES[asked.size]
    with database(engine) as base:
        figures = run(base, size)
    p99 = figures["p99_ms"]
    figures["p99_ratio"] = round(p99["beside"] / p99["alone"], 2)
    slow = asked.size == "full" and figures["p99_ratio"] > RATIO
    return figures, broken(figures) + ["others' p99"] * slow
