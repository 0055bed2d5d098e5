"""Families of bombs, each in three sizes: within the limits, about at them, and beyond."""

import json
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from benchmarks.bombs import documents, variables
from benchmarks.bombs.family import Family

FAMILIES: dict[str, Family] = {**documents.FAMILIES, **variables.FAMILIES}
SIZES = ("small", "limit", "beyond")


class Bomb(NamedTuple):
    """One request of a family."""

    family: str
    size: str
    body: Callable[[int], bytes]  # the argument makes it another document, so none is known


def bombs() -> Iterator[Bomb]:
    """Give every bomb."""
    for name, family in FAMILIES.items():
        for size, count in zip(SIZES, family.counts, strict=True):
            yield Bomb(name, size, _body(family.write(count)))


def _body(written: Any) -> Callable[[int], bytes]:
    if isinstance(written, bytes):
        return lambda _: written
    parts = {"query": written} if isinstance(written, str) else written
    query = parts["query"]
    return lambda turn: json.dumps({**parts, "query": f"{query} #{turn}"}).encode()
