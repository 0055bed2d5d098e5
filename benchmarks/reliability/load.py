"""What client processes do. Light to import: each is a fresh process."""

import json
import random
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import BrokenBarrierError
from typing import Any

from benchmarks.reliability.clients import DONE, Client, NoAnswer, People, Unexpected, act, submit

STORY = (
    *("EN_COURS", "DEMANDE_INFORMATION", "REPONDRE_COMPLEMENT", "RESOLUE"),
    *("ROUVRIR", "RESOLUE", "CLOTURER"),
)
# The cycle of a race: the geste, and how many lines the treating side and the emitter have seen.
CYCLE = (
    ("EN_COURS", 0, None),
    ("DEMANDE_INFORMATION", 1, None),
    ("REPONDRE_COMPLEMENT", None, 1),
    ("RESOLUE", 3, None),
    ("ROUVRIR", None, 3),
)
PER_CYCLE = (5, 4)  # lines, and lines that the emitter sees
GIVE_UP = 0.3  # of the submissions without an answer: they may have had one effect, or none


@dataclass(frozen=True)
class Load:
    """What one teller of stories is to do."""

    rank: int
    ports: Sequence[int]
    people: People
    folder: Path
    quota: int
    deadline: float
    seed: int

    @property
    def file(self) -> Path:
        """Give the file of its acknowledgements, one JSON object a line."""
        return self.folder / f"acks-{self.rank}.jsonl"


def tell(load: Load, shocks: Any, wanted: int, stop: Any) -> None:
    """
    Tell stories, every action with a key, writing each acknowledgement down as it comes.

    It goes on until its quota is met and `wanted` shocks were given, or until it is stopped.
    """
    client, dice = Client(load.ports, load.rank), random.Random(load.seed + load.rank)  # noqa: S311
    written = count = 0
    gid, step = "", 0
    with load.file.open("a", buffering=1) as out:

        def write(**what: Any) -> None:
            out.write(json.dumps(what) + "\n")

        while not stop.is_set() and (written < load.quota or shocks.value < wanted):
            count += 1
            text = f"histoire-{load.rank:02d}-{count:07d}"
            key = {"cleIdempotence": f"cle-{text}"}
            demand = (
                act(load.people, STORY[step - 1], gid, text, **key)
                if step
                else submit(load.people, text, **key)
            )
            if not step and dice.random() < GIVE_UP:
                try:
                    member = client.ask(demand)
                except NoAnswer as e:
                    client.failures[str(e)] += 1
                    write(given_up=text)
                    continue
            else:
                try:
                    member = client.insist(demand, load.deadline)
                except (NoAnswer, Unexpected) as e:
                    write(failed=text, why=repr(e)[:500])
                    break
            if member["__typename"] != DONE or member["sollicitation"] is None:
                write(failed=text, why=str(member)[:500])
                gid, step = "", 0
                continue
            gid = member["sollicitation"]["id"]
            written, step = written + 1, (step + 1) % (len(STORY) + 1)
            write(ack=text, at=time.time(), replayed=member["rejoue"])
        write(end=dict(client.failures))
    client.close()


@dataclass(frozen=True)
class Race:
    """What one racer is to do: its rounds on each of these sollicitations in turn."""

    rank: int
    port: int
    people: People
    gids: Sequence[str]
    rounds: int  # on each


def race(task: Race, barrier: Any, results: Any) -> None:
    """Send the same transition as all the others at once, round after round; tell what came."""
    client = Client([task.port])
    outcomes: list[str] = []
    for gid in task.gids:
        for r in range(task.rounds):
            cycle, place = divmod(r, len(CYCLE))
            geste, treating, emitter = CYCLE[place]
            version = (
                1 + cycle * PER_CYCLE[0] + treating
                if treating is not None
                else 1 + cycle * PER_CYCLE[1] + (emitter or 0)
            )
            # Every other cycle, half of them expect no version: the table alone decides.
            blind = cycle % 2 and task.rank % 2 and geste != "EN_COURS"
            more = {} if blind else {"versionAttendue": version}
            demand = act(task.people, geste, gid, f"course-{task.rank}", **more)
            try:
                barrier.wait(600)  # a start after a kill is long on a busy machine
                outcomes.append(client.ask(demand)["__typename"])
            except (NoAnswer, Unexpected) as e:
                outcomes.append(f"error {e}")
            except BrokenBarrierError:
                outcomes.append("error barrier")
    client.close()
    results.put((task.rank, outcomes))


@dataclass(frozen=True)
class Twin:
    """What one of the twins is to do: every key, at the same time as the others."""

    rank: int
    ports: Sequence[int]
    people: People
    gid: str
    keys: int
    deadline: float


def repeat(task: Twin, barrier: Any, results: Any) -> None:
    """Send each key with its input, insisting, at the same time as the other twins."""
    client = Client(task.ports, task.rank)
    outcomes: list[tuple[str, str, bool]] = []
    for n in range(task.keys):
        text = f"jumeau-{n:06d}"
        key = {"cleIdempotence": f"cle-{text}-0000"}
        demand = (
            act(task.people, "EN_COURS", task.gid, text, **key)
            if n % 2
            else submit(task.people, text, **key)
        )
        try:
            barrier.wait(600)  # a start after a kill is long on a busy machine
            member = client.insist(demand, task.deadline)
            made = (member.get("sollicitation") or {}).get("id", "")
            outcomes.append((member["__typename"], made, member.get("rejoue", False)))
        except (NoAnswer, Unexpected) as e:
            outcomes.append((f"error {e}", "", False))
        except BrokenBarrierError:
            outcomes.append(("error barrier", "", False))
            break
    results.put((task.rank, outcomes, dict(client.failures)))
    client.close()


def read_acks(files: Sequence[Path]) -> tuple[list[dict[str, Any]], Counter[str]]:
    """Read what the tellers wrote, and add up what came instead of answers."""
    lines = [json.loads(x) for f in files if f.exists() for x in f.read_text().splitlines()]
    failures: Counter[str] = Counter()
    for line in lines:
        failures.update(line.get("end", {}))
    return lines, failures
