"""Bombs that are variables, or bodies that are hardly requests."""

from collections.abc import Callable
from typing import Any

from benchmarks.bombs.family import Family

BODY = 256 * 1024
NODES = "query($ids: [ID!]!) { nodes(ids: $ids) { id } }"
SEARCH = (
    "query($f: FiltreSollicitations!) "
    "{ sollicitations(espace: SUPPORT, filtre: $f) { totalCount } }"
)
PAGE = "query($n: Int) { synthese(espace: SUPPORT, first: $n) { nodes { id } } }"
CONDITIONS = (
    "query("
    + " ".join(f"$c{i}: Boolean!" for i in range(30))
    + ") { moi { "
    + " ".join(f"id @include(if: $c{i})" for i in range(30))
    + " } }"
)


def asking(query: str, **given: Callable[[int], Any]) -> Callable[[int], Any]:
    """Send a document with variables made of a size."""
    return lambda n: {"query": query, "variables": {k: make(n) for k, make in given.items()}}


def nested(opening: str, closing: str, core: str = "1") -> Callable[[int], bytes]:
    """Nest JSON in the variables."""

    def write(n: int) -> bytes:
        value = opening * n + core + closing * n
        return b'{"query": "{ moi { id } }", "variables": {"a": %s}}' % value.encode()

    return write


def raw(around: bytes, part: bytes) -> Callable[[int], bytes]:
    """Put a part so many times where `%` is in a body."""
    return lambda n: around.replace(b"%", part * n)


BIG = (1000, BODY - 200, BODY + 1)
ANY = b'{"query": "{ moi { id } }", %}'

FAMILIES = {
    "ids": Family(asking(NODES, ids=lambda n: ["a"] * n), (50, 100, 40_000)),
    "ids that are wrong": Family(asking(NODES, ids=lambda n: [{}] * n), (50, 19_000, 60_000)),
    "long ids": Family(asking(NODES, ids=lambda n: ["a" * 2000] * n), (50, 100, 140)),
    "unknown fields in a variable": Family(
        asking(SEARCH, f=lambda n: {f"a{i}": i for i in range(n)}), (50, 15_000, 30_000)
    ),
    "wrong choices in a variable": Family(
        asking(SEARCH, f=lambda n: {"statut": ["X" * 20] * n}), (50, 10_000, 20_000)
    ),
    "statuts": Family(asking(SEARCH, f=lambda n: {"statut": ["A_TRAITER"] * n}), (50, 100, 20_000)),
    "long text": Family(asking(SEARCH, f=lambda n: {"texte": "a" * n}), (100, 200, BODY)),
    "text of marks": Family(
        asking(SEARCH, f=lambda n: {"texte": "\u0300" * n}), (10, 100, 100_000)
    ),
    "text of wide characters": Family(
        asking(SEARCH, f=lambda n: {"texte": "\ufdfa" * n}), (10, 100, 100_000)
    ),
    "text of wildcards": Family(
        asking(SEARCH, f=lambda n: {"texte": "%_\\" * n}), (10, 60, 80_000)
    ),
    "texts with NUL": Family(asking(SEARCH, f=lambda n: {"texte": "\0" * n}), (3, 100, 60_000)),
    "page": Family(asking(PAGE, n=lambda n: n), (100, 101, 10**30)),
    "page of many digits": Family(
        lambda n: (
            b'{"query": "query($n: Int) { synthese(espace: SUPPORT, first: $n) { nodes { id } } }"'
            b', "variables": {"n": ' + b"9" * n + b"}}"
        ),
        (30, 4000, BODY),
    ),
    "conditions": Family(
        lambda n: {"query": CONDITIONS, "variables": {f"c{i}": True for i in range(n)}},
        (30, 29, 3),
    ),
    "variables that nobody asked": Family(
        lambda n: {"query": "{ moi { id } }", "variables": {f"v{i}": i for i in range(n)}},
        (100, 15_000, 30_000),
    ),
    "nested lists in variables": Family(nested("[", "]"), (10, 30, 130_000)),
    "nested objects in variables": Family(nested('{"a":', "}"), (10, 30, 40_000)),
    "lists left open": Family(nested("[", ""), (10, 100, 130_000)),
    "many short lists": Family(
        raw(b'{"query": "{ moi { id } }", "variables": {"a": [%[]]}}', b"[[]],"),
        (100, 9_900, 50_000),
    ),
    "requests in a list": Family(raw(b"[%1]", b'{"query": "{ moi { id } }"},'), (2, 100, 9000)),
    "keys of one name": Family(raw(ANY, b'"a": 1, '), (1, 30_000, 40_000)),
    "spaces around": Family(raw(b'%{"query": "{ moi { id } }"}', b" "), BIG),
    "long operation name": Family(
        lambda n: {"query": "query a { moi { id } }", "operationName": "x" * n}, BIG
    ),
    "long string without end": Family(raw(b'{"query": "%', b"a"), BIG),
    "escapes of JSON": Family(raw(b'{"query": "%"}', b"\\u007b"), (40, 40_000, 44_000)),
    "bytes that are not UTF-8": Family(raw(b'{"query": "%"}', b"\xff"), BIG),
    "deep extensions": Family(
        lambda n: (
            b'{"query": "{ moi { id } }", "extensions": ' + b'{"a":' * n + b"1" + b"}" * n + b"}"
        ),
        (5, 30, 30_000),
    ),
    "numbers without end": Family(raw(b'{"query": %}', b"9"), (300, BODY - 200, BODY)),
}
