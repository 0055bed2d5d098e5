"""What a family of bombs is."""

from collections.abc import Callable
from typing import Any, NamedTuple


class Family(NamedTuple):
    """Writes a document, a request or a body of a size; the last of the sizes must be refused."""

    write: Callable[[int], Any]
    counts: tuple[int, int, int]
