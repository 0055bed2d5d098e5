"""Content negotiation, as GraphQL over HTTP has it."""

from collections.abc import Mapping, Sequence
from functools import lru_cache

Headers = Sequence[tuple[bytes, bytes]]  # as ASGI gives them: names in lower case
Given = Mapping[bytes, bytes]
KNOWN = 256  # values of a header whose meaning is kept: clients send the same few

GRAPHQL, JSON = "application/graphql-response+json", "application/json"
# What a range matches, the type preferred first; the first ranges here are the most specific.
RANGES = {
    GRAPHQL: (GRAPHQL,),
    JSON: (JSON,),
    "application/*": (GRAPHQL, JSON),
    "*/*": (JSON, GRAPHQL),
}


@lru_cache(maxsize=KNOWN)
def negotiate(header: bytes | None) -> str | None:
    """Choose the media type of an answer by q, then by order; None if none is accepted."""
    accept = (header or b"").decode("latin-1")
    if not accept.strip():
        return JSON
    asked: dict[str, tuple[float, int]] = {}
    for place, part in enumerate(accept.split(",")):
        media, *parameters = (p.strip().lower() for p in part.split(";"))
        asked.setdefault(media, (-_quality(parameters), place))
    wanted = [_rank(media, asked) for media in (JSON, GRAPHQL)]
    best = min((w for w in wanted if w and w[0] < 0), default=None)
    return best[-1] if best else None


def _rank(media: str, asked: dict[str, tuple[float, int]]) -> tuple[float, int, int, str] | None:
    """Rank a type by the most specific range that was asked for it."""
    for name, matched in RANGES.items():
        if name in asked and media in matched:
            return (*asked[name], matched.index(media), media)
    return None


def _quality(parameters: list[str]) -> float:
    for parameter in parameters:
        if parameter.startswith("q="):
            try:
                return max(0.0, min(float(parameter[2:]), 1.0))
            except ValueError:
                return 0.0
    return 1.0


@lru_cache(maxsize=KNOWN)
def is_json(header: bytes | None) -> bool:
    """Tell whether a body says that it is JSON, in UTF-8."""
    content_type = (header or b"").decode("latin-1")
    media, *parameters = (p.strip().lower() for p in content_type.split(";"))
    charsets = (p.removeprefix("charset=") for p in parameters if p.startswith("charset="))
    return media == JSON and all(c.strip('"') == "utf-8" for c in charsets)
