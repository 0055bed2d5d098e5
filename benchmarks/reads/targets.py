"""The targets, and whether a run met them."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from statistics import median
from typing import Any, NamedTuple

CONNECTIONS = 16


@dataclass(frozen=True)
class Measure:
    """A run, to be asked for figures."""

    result: Mapping[str, Any]

    @property
    def workloads(self) -> list[str]:
        """List the workloads, in the order in which they were played."""
        names = dict.fromkeys(r["workload"] for r in self.result["rounds"])
        return [n for n in names if n != "hello"]

    @property
    def connections(self) -> list[int]:
        """List the numbers of connections."""
        return list(dict.fromkeys(r["connections"] for r in self.result["rounds"]))

    def contenders(self, workload: str) -> list[str]:
        """List who played a workload, in the order of the run's labels."""
        played = {r["contender"] for r in self.result["rounds"] if r["workload"] == workload}
        return [n for n in self.result["labels"] if n in played]

    def values(self, name: str, workload: str, what: str, connections: int) -> list[float]:
        """Give the rounds of one contender, in their order."""
        wanted = (name, workload, connections)
        return [
            r[what]
            for r in self.result["rounds"]
            if (r["contender"], r["workload"], r["connections"]) == wanted
        ]


class Place(NamedTuple):
    """A contender at a workload."""

    name: str
    workload: str


class Target(NamedTuple):
    """What must be, and what is aimed at; the measure is a ratio, or a figure of its own."""

    what: str
    against: str
    must: float | None
    aim: float | None
    ours: Place
    theirs: Place
    of: str = "rate"  # or cpu: then less is better

    def row(self, m: Measure) -> tuple[str, ...] | None:
        """Fill in a line of the table; None without its figures."""
        ours = m.values(*self.ours, self.of, CONNECTIONS)
        theirs = m.values(*self.theirs, self.of, CONNECTIONS)
        if not ours or not theirs:
            return None
        value = median(ours) / median(theirs)
        pairs = [a / b for a, b in zip(ours, theirs, strict=False)]
        less = self.of == "cpu"
        sign, digits = ("≤" if less else "≥"), (3 if value < 0.2 else 2)  # noqa: PLR2004
        wanted = tuple("" if x is None else f"{sign} {x:g} ×" for x in (self.must, self.aim))
        said = f"{value:.{digits}f} × ({min(pairs):.{digits}f}–{max(pairs):.{digits}f})"
        return (
            self.what,
            self.against,
            *wanted,
            said,
            verdict(value, self.must, self.aim, less=less),
        )


def verdict(value: float, must: float | None, aim: float | None, *, less: bool) -> str:
    """Say whether it is met."""

    def met(x: float) -> bool:
        return value <= x if less else value >= x

    if aim is not None and met(aim):
        return "met, aim too"
    if must is not None:
        return "met" if met(must) else "**not met**"
    return "" if aim is None else "aim not met"


def targets() -> Iterator[Target]:
    """List the targets that are ratios."""
    us: Callable[[str], Place] = lambda w: Place("solli", w)  # noqa: E731
    limit: Callable[[str], Place] = lambda w: Place("bare", w)  # noqa: E731
    for w in ("W1", "W2"):
        yield Target(f"{w} req/s", "the bare limit", 0.90, 1.0, us(w), limit(w))
    for w in ("W1", "W2"):
        yield Target(f"{w} server CPU", "the bare limit", 1.15, 1.0, us(w), limit(w), "cpu")
    yield Target("W3 req/s", "the bare limit", 0.80, 0.95, us("W3"), limit("W3"))
    for name, label, levels in (
        ("postgraphile", "PostGraphile 5", ((3.2, 4.5), (4, 5.5), (2.8, 4))),
        ("mercurius", "Mercurius jit", ((1.8, 2.5), (2.2, 2.8), (1.45, 1.9))),
    ):
        for w, (must, aim) in zip(("W1", "W2", "W3"), levels, strict=True):
            yield Target(f"{w} req/s", label, must, aim, us(w), Place(name, w))
    yield Target("W4 req/s", "the same statements one by one", 1.0, 1.2, us("W4"), limit("W4"))
    sqlite = Place("solli-sqlite", "W4")
    yield Target("W4 on SQLite", "the same, on PostgreSQL", None, 2, sqlite, limit("W4"))
    theirs = Place("mercurius", "W4")
    yield Target("W4", "Mercurius's bare UPDATE + INSERT", None, None, us("W4"), theirs)
    yield Target("W5, its far page", "its page 1", 0.85, 0.95, us("W5"), us("W5p1"))
    for w in ("W1", "W2", "W3"):
        big = Place("solli-big", w)
        yield Target(f"{w}, the large data set", "the small one", 0.8, 0.9, big, us(w))
    yield Target(
        "W1 req/s", "a bare uvicorn “hello”", 0.070, 0.085, us("W1"), Place("hello", "hello")
    )
    yield Target("W1 on SQLite", "on PostgreSQL", 0.85, 1.0, Place("solli-sqlite", "W1"), us("W1"))


def rows(m: Measure) -> Iterator[tuple[str, ...]]:
    """Fill in the table: each line met or not."""
    for target in targets():
        if found := target.row(m):
            yield found
    for name in ("solli", "solli-sqlite"):
        if figures := m.result["starts"].get(name):
            label = m.result["labels"][name]
            if figures["start"]:
                yield _absolute(
                    f"{label}: start to first answer", "s", 0.9, 0.5, median(figures["start"])
                )
                yield _absolute(f"{label}: PSS then", "MiB", 80, 60, median(figures["rest"]))
            yield _absolute(f"{label}: PSS after all rounds", "MiB", 80, 60, figures["after"])


def _absolute(what: str, unit: str, must: float, aim: float, value: float) -> tuple[str, ...]:
    digits = 2 if unit == "s" else 0
    said = f"{value:.{digits}f} {unit}"
    met = verdict(value, must, aim, less=True)
    return what, "", f"≤ {must:g} {unit}", f"≤ {aim:g} {unit}", said, met
