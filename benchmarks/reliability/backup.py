"""A backup taken under load is restored elsewhere, and holds all that was acknowledged (K5)."""

import argparse
import asyncio
import random
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from benchmarks.files.clients import Sender
from benchmarks.reliability.clients import People
from benchmarks.reliability.cluster import binaries
from benchmarks.reliability.load import Load, read_acks, tell
from benchmarks.reliability.servers import serving, solli
from benchmarks.reliability.world import Base, database, people, texts, using, verify
from solli_graphql.db import models as m
from solli_graphql.db.database import Database, Statement, read
from solli_graphql.services.pieces import verifier
from solli_graphql.storage import LOCAL, Storage

TELLERS, SENDERS = 4, 2
LARGEST = 100_000  # bytes of an attachment
JOINED: Statement[str] = Statement(sa.select(m.piece_jointe.c.sha256), str)


@dataclass(frozen=True)
class Size:
    """How much is written before the backup, and how many backups are taken."""

    before: int
    backups: int
    limit: float


SIZES = {"ci": Size(100, 1, 60), "full": Size(2000, 10, 900)}


@dataclass(frozen=True)
class Taken:
    """A backup: when it began and ended, and where it is."""

    begin: float
    end: float
    folder: Path


class Attaching(threading.Thread):
    """Sends files and submits a sollicitation with each, writing down when it was acknowledged."""

    def __init__(self, seed: int, port: int, who: People, stop: Any) -> None:
        super().__init__(daemon=True)
        dice = random.Random(seed)  # noqa: S311
        self._sender = Sender(port, who, dice, LARGEST, hows=("whole",))
        self._token, self._stop_asked = who.emetteur, stop
        self.joined: dict[str, float] = {}

    def run(self) -> None:
        """Go on until told to stop."""
        with closing(self._sender):
            while not self._stop_asked.is_set():
                sent = self._sender.one(self._token)
                if sent.joined:
                    self.joined[sent.sha256] = time.time()


def run(base: Base, size: Size) -> dict[str, Any]:
    """Write, back up meanwhile, restore each backup into a database of its own, and compare."""
    who, end = people(base.url), time.time() + size.limit
    with serving(base.url, base.folder, 1, more=_pieces(base.folder)) as (server,):
        context = get_context("spawn")
        count, stop = context.Value("i", 0), context.Event()
        loads = [Load(r, [server.port], who, base.folder, 0, end, 1) for r in range(TELLERS)]
        tellers = [
            context.Process(target=tell, args=(x, count, 1, stop), daemon=True) for x in loads
        ]
        senders = [Attaching(r, server.port, who, stop) for r in range(SENDERS)]
        writers: list[Any] = [*tellers, *senders]
        for t in writers:
            t.start()
        files = [x.file for x in loads]
        try:
            taken = _take(base, size, files, end)
        finally:
            stop.set()
            for t in writers:
                t.join(60)
            for teller in tellers:
                teller.kill()
    acks = _acks(read_acks(files)[0])
    joined = {digest: at for s in senders for digest, at in s.joined.items()}
    figures = [_compare(base, acks, joined, one) for one in taken]
    total: Counter[str] = sum((Counter(f) for f in figures), Counter())
    return {"backups": len(figures), **{k: total[k] for k in figures[0]}}


def _take(base: Base, size: Size, files: list[Path], end: float) -> list[Taken]:
    """Take the backups once enough was written, and wait until something is written after them."""
    taken: list[Taken] = []
    _wait(lambda: len(_acks(read_acks(files)[0])) >= size.before, end)
    for n in range(size.backups):
        folder, begin = base.folder / f"sauvegarde-{n}", time.time()
        _done(base, base.url, base.folder, "backup", str(folder))
        taken.append(Taken(begin, time.time(), folder))
    _wait(lambda: any(at > taken[-1].end for at in _acks(read_acks(files)[0]).values()), end)
    return taken


def _pieces(where: Path) -> dict[str, str]:
    return {"SOLLI_STORAGE_URL": f"{LOCAL}{where / 'pieces'}"}


def _acks(lines: list[dict[str, Any]]) -> dict[str, float]:
    return {x["ack"]: x["at"] for x in lines if "ack" in x}


def _wait(until: Callable[[], bool], end: float) -> None:
    while not until() and time.time() < end:
        time.sleep(0.1)


def _done(base: Base, url: str, where: Path, *words: str) -> None:
    """Run one command with the attachments of a folder."""
    path = None if base.engine == "sqlite" else binaries()
    status, said = solli(url, *words, folder=base.folder, path=path, more=_pieces(where))
    if status:
        raise RuntimeError(said)


def _compare(
    base: Base, acks: dict[str, float], joined: dict[str, float], taken: Taken
) -> dict[str, int]:
    """Restore one backup; count what it should hold, what it lacks, what it holds besides."""
    url, where, begin, end = base.another(), taken.folder / "restauree", taken.begin, taken.end
    _done(base, url, where, "restore", str(taken.folder))
    found = texts(url)
    before = [text for text, at in acks.items() if at < begin]
    held, faults = asyncio.run(using(url, lambda db: _held(db, where)))
    return {
        "acknowledged_before": len(before),
        "missing": sum(found[text] == 0 for text in before),
        "doubled": sum(n > 1 for n in found.values()),
        "during_in_backup": sum(found[t] for t, at in acks.items() if begin <= at <= end),
        "during": sum(begin <= at <= end for at in acks.values()),
        "later_in_backup": sum(found[t] for t, at in acks.items() if at > end + 1),
        "faults": len(verify(url)),
        "files_in_backup": len(held),
        "files_during": sum(begin <= at <= end for at in joined.values()),
        "files_missing": sum(at < begin and digest not in held for digest, at in joined.items()),
        "files_faults": faults,
    }


async def _held(db: Database, where: Path) -> tuple[set[str], int]:
    """List the attachments of a restored database, and count those whose bytes are not theirs."""
    storage = Storage(_pieces(where)["SOLLI_STORAGE_URL"])
    _, faults = await verifier(db, storage, lambda _: None)
    return set(await read(db, JOINED)), faults


def broken(figures: dict[str, Any], size: Size) -> list[str]:
    """Say which promises a run broke."""
    checks = {
        "every backup": figures["backups"] == size.backups,
        "written before": figures["acknowledged_before"] >= size.before,
        "written meanwhile": figures["during"] > 0,
        "none missing": figures["missing"] == 0,
        "none doubled": figures["doubled"] == 0,
        "none from after": figures["later_in_backup"] == 0,
        "verify": figures["faults"] == 0,
        "files joined meanwhile": figures["files_during"] > 0,
        "no file missing": figures["files_missing"] == 0,
        "verify files": figures["files_faults"] == 0,
    }
    return [name for name, holds in checks.items() if not holds]


def main(engine: str, asked: argparse.Namespace) -> tuple[dict[str, Any], list[str]]:
    """Run it on an engine; give the figures and what is broken."""
    size = SIZES[asked.size]
    with database(engine) as base:
        figures = run(base, size)
    return figures, broken(figures, size)
