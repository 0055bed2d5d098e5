"""What telling a read of personal data costs, beside the technical line of its request."""

import asyncio
import tempfile
import time
from collections.abc import Callable
from itertools import cycle
from pathlib import Path

import click

from solli_graphql.logs import Journal, ligne
from solli_graphql.services.securite import Trace

LINES, TIMES = 200, 300
REQUEST = {"event": "requete", "methode": "POST", "chemin": "/graphql", "statut": 200, "ms": 1.2}


def best(write: Callable[[], object], flush: Callable[[], object]) -> float:
    """Give the microseconds of one line: the best of some batches, sent out as the service does."""
    found = float("inf")
    for _ in range(TIMES):
        start = time.perf_counter()
        for _ in range(LINES):
            write()
        flush()
        found = min(found, time.perf_counter() - start)
    return found / LINES * 1e6


async def main() -> None:
    """Print the cost of each line."""
    with tempfile.TemporaryDirectory() as folder:
        trace = Trace(b"x" * 32, Journal(Path(folder) / "securite.jsonl"))
        page = list(range(356, 376))
        readers = cycle(range(2000))
        one = best(lambda: trace.lire(7, "Sollicitation", page), trace.dire_lectures)
        click.echo(f"reading a page of 20 is told in {one:.2f} µs, by one who reads a lot")
        each = best(lambda: trace.lire(next(readers), "Sollicitation", page), trace.dire_lectures)
        click.echo(f"in {each:.2f} µs, where 2,000 people read in turn")
        request = best(lambda: ligne(None, "info", REQUEST), lambda: None)
        click.echo(f"technical line of a request: {request:.2f} µs")


if __name__ == "__main__":
    asyncio.run(main())
