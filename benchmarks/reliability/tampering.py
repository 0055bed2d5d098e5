"""Random changes behind the program's back: what `solli verify` finds, what the head alone (S3)."""

import argparse
import asyncio
import random
import tempfile
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from benchmarks.reliability.changes import CHANGES, REWRITTEN, Story
from benchmarks.reliability.world import Base, database
from solli_graphql.db import models as m
from solli_graphql.db.database import Database
from solli_graphql.db.migrate import migrate, on
from solli_graphql.db.opening import connect_to
from solli_graphql.demo import chargement
from solli_graphql.services import verification
from solli_graphql.storage import Storage

TRIALS, SOLLICITATIONS = {"ci": 100, "full": 1000}, {"ci": 40, "full": 40}
TRIGGERS = {
    "sqlite": ("historique_update", "historique_delete"),
    "postgresql": ("historique_ajout_seul",),
}
S, H, T = m.sollicitation, m.historique, m.historique_texte


@dataclass
class Tamperer:
    """Changes one sollicitation, has the whole database verified, and puts it back."""

    url: str
    db: Database
    dice: random.Random

    async def ids(self) -> list[int]:
        """List the sollicitations."""
        return await on(self.url, lambda c: [*c.execute(sa.select(S.c.id)).scalars()])

    async def story(self, id_: int) -> Story:
        """Read all that is kept of one."""

        def read(c: sa.Connection) -> Story:
            of = [(S, S.c.id), (H, H.c.sollicitation_id), (T, T.c.sollicitation_id)]
            got = [
                [dict(r._mapping) for r in c.execute(sa.select(t).where(k == id_))]  # noqa: SLF001
                for t, k in of
            ]
            lines, texts = (sorted(x, key=lambda r: int(r["seq"])) for x in got[1:])
            return Story(got[0][0], lines, texts)

        return await on(self.url, read)

    async def write(self, id_: int, story: Story) -> None:
        """Put a whole story in the place of what is there."""

        def replace(c: sa.Connection) -> None:
            c.execute(T.delete().where(T.c.sollicitation_id == id_))
            c.execute(H.delete().where(H.c.sollicitation_id == id_))
            c.execute(S.update().where(S.c.id == id_).values(story.row))
            for line in story.lines:
                c.execute(H.insert().values(line))
            for text in story.texts:
                c.execute(T.insert().values(text))

        await on(self.url, replace)

    async def found(self) -> set[str] | None:
        """Verify the whole database: the numbers in fault, or None if it could not even end."""
        numbers: set[str] = set()
        try:
            await verification.verifier(
                self.db, lambda fault: numbers.add(fault.numero), lambda _: None
            )
        except Exception:  # noqa: BLE001 - a check that breaks off is one of the outcomes
            return None
        return numbers

    async def attempt(self, change: Callable[[Story, random.Random], bool]) -> str:
        """Try one change on a random sollicitation: found, missed, crashed, refused, nothing."""
        id_ = self.dice.choice(await self.ids())
        before = await self.story(id_)
        after = before.copy()
        if not change(after, self.dice) or after == before:
            return "nothing"
        try:
            await self.write(id_, after)
        except sa.exc.DBAPIError:
            return "refused"  # by a constraint of the database: it never comes to be
        try:
            numbers = await self.found()
        finally:
            await self.write(id_, before)
        if numbers is None:
            return "crashed"
        return "found" if numbers == {after.row["numero"]} else "missed"


async def _run(url: str, trials: int, seed: int) -> dict[str, Any]:
    await migrate(url)
    db = connect_to(url, pool=2)
    await db.open()
    try:
        world = await chargement.preparer(db)
        with tempfile.TemporaryDirectory() as pieces:
            await chargement.charger(
                *(url, world, SOLLICITATIONS["ci"], lambda _: None),
                storage=Storage(f"file://{pieces}"),
            )
        engine = "sqlite" if url.startswith("sqlite") else "postgresql"
        table = "" if engine == "sqlite" else " ON historique"
        for trigger in TRIGGERS[engine]:
            await on(url, lambda c, t=trigger: c.execute(sa.text(f"DROP TRIGGER {t}{table}")))  # type: ignore[misc]
        dice = random.Random(seed)  # noqa: S311
        tamperer = Tamperer(url, db, dice)
        clean = await tamperer.found() == set()
        outcomes = {name: Counter[str]() for name in CHANGES}
        while sum(_real(c) for c in outcomes.values()) < trials:
            name = dice.choice([*CHANGES])
            outcomes[name][await tamperer.attempt(CHANGES[name])] += 1
        figures = _figures(outcomes) | {"clean_before": clean, "seed": seed}
        figures |= await _heads(tamperer)
        return figures | {"clean_after": await tamperer.found() == set()}
    finally:
        await db.close()


def _real(outcomes: Counter[str]) -> int:
    return outcomes["found"] + outcomes["missed"] + outcomes["crashed"]


def _figures(outcomes: dict[str, Counter[str]]) -> dict[str, Any]:
    total: Counter[str] = sum(outcomes.values(), Counter())
    return {
        "changes": _real(total),
        "found": total["found"],
        "missed": total["missed"],
        "verify_broke_off": total["crashed"],
        "refused_by_the_database": total["refused"],
        "by_kind": {name: f"{c['found']}/{_real(c)}" for name, c in outcomes.items()},
    }


async def _heads(tamperer: Tamperer) -> dict[str, Any]:
    """Change what only a head that was published before can show."""
    said: dict[str, Any] = {}
    published = await verification.tete(tamperer.db)
    for name, change in REWRITTEN.items():
        counts: Counter[str] = Counter()
        for id_ in await tamperer.ids():
            before = await tamperer.story(id_)
            after = before.copy()
            if not change(after, tamperer.dice):
                continue
            await tamperer.write(id_, after)
            counts["tried"] += 1
            counts["by_verify"] += await tamperer.found() != set()
            counts["by_head"] += await verification.tete(tamperer.db) != published
            await tamperer.write(id_, before)
        said[name] = dict(counts)
    said["removed"] = await _removed(tamperer, published)
    said["head_again"] = await verification.tete(tamperer.db) == published
    return {"only_with_the_head": said}


async def _removed(tamperer: Tamperer, published: str) -> dict[str, int]:
    """Remove one sollicitation with all that hangs on it, as the last change but one."""
    id_ = max(await tamperer.ids())
    before = await tamperer.story(id_)
    search = m.sollicitation_recherche
    words = await on(
        tamperer.url,
        lambda c: c.execute(
            sa.select(search.c.texte).where(search.c.sollicitation_id == id_)
        ).scalar_one(),
    )

    def remove(c: sa.Connection) -> None:
        for table, key in ((T, "sollicitation_id"), (H, "sollicitation_id")):
            c.execute(table.delete().where(table.c[key] == id_))
        c.execute(m.piece_jointe.delete().where(m.piece_jointe.c.sollicitation_id == id_))
        c.execute(search.delete().where(search.c.sollicitation_id == id_))
        c.execute(S.delete().where(S.c.id == id_))

    def put_back(c: sa.Connection) -> None:
        c.execute(S.insert().values(before.row))
        c.execute(search.insert().values(sollicitation_id=id_, texte=words))

    await on(tamperer.url, remove)
    found = {
        "tried": 1,
        "by_verify": int(await tamperer.found() != set()),
        "by_head": int(await verification.tete(tamperer.db) != published),
    }
    await on(tamperer.url, put_back)
    await tamperer.write(id_, before)
    return found


def broken(figures: dict[str, Any], trials: int) -> list[str]:
    """Say which promises a run broke."""
    only = figures["only_with_the_head"]
    checks = {
        "as many as asked": figures["changes"] >= trials,
        "all found": figures["found"] == figures["changes"],
        "clean before and after": figures["clean_before"] and figures["clean_after"],
        "head finds the rest": all(
            only[k]["by_head"] == only[k]["tried"] > 0 for k in ("removed", *REWRITTEN)
        ),
        "head is stable": only["head_again"],
    }
    return [name for name, holds in checks.items() if not holds]


def run(base: Base, trials: int, seed: int = 1) -> dict[str, Any]:
    """Tamper with a demonstration of its own."""
    return asyncio.run(_run(base.url, trials, seed))


def main(engine: str, asked: argparse.Namespace) -> tuple[dict[str, Any], list[str]]:
    """Run it on an engine; give the figures and what is broken."""
    trials = asked.count or TRIALS[asked.size]
    with database(engine) as base:
        figures = run(base, trials, asked.seed)
    return figures, broken(figures, trials)
