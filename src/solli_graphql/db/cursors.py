"""Cursors and pages: where a page starts, said by the last row that its reader saw."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import UTC, datetime
from typing import Any, NamedTuple

import orjson

from solli_graphql.domain.errors import EntreeInvalide

DEFAULT_SIZE, MAX_SIZE = 20, 100
INT64 = 2**63
MAX_LENGTH = 2000  # characters of a cursor


class Page(NamedTuple):
    """A page: its size, the row it starts beyond, and its direction."""

    size: int
    key: Any = None
    id: int | None = None
    backward: bool = False


def cursor(order: str, key: Any, id_: int) -> str:
    """Write a cursor. It is not signed: it holds only what its reader has seen."""
    text = key.isoformat() if isinstance(key, datetime) else key
    return urlsafe_b64encode(orjson.dumps([order, text, id_])).decode().rstrip("=")


def page(
    order: str,
    first: int | None,
    after: str | None,
    last: int | None,
    before: str | None,
    *,
    dated: bool,
) -> Page:
    """
    Read the four arguments of a connection whose key is a date, or else a text.

    Raises EntreeInvalide for a size out of 0–100, a cursor of another order, or both directions.
    """
    backward = last is not None or before is not None
    if backward and (first is not None or after is not None):
        message = "Utilisez first et after, ou last et before, pas les deux."
        raise EntreeInvalide(message)
    size = last if backward else first
    if size is not None and not 0 <= size <= MAX_SIZE:
        message = f"{'last' if backward else 'first'} doit être compris entre 0 et {MAX_SIZE}."
        raise EntreeInvalide(message)
    start = before if backward else after
    key, id_ = (None, None) if start is None else _read(start, order, dated=dated)
    return Page(DEFAULT_SIZE if size is None else size, key, id_, backward)


def _read(text: str, order: str, *, dated: bool) -> tuple[Any, int]:
    try:
        tag, key, id_ = orjson.loads(_decode(text))
        return _key(key, dated=dated), _id(id_, same_order=tag == order)
    except (ValueError, TypeError, OverflowError) as e:
        message = "Ce curseur n'est pas valide pour cette liste et cet ordre."
        raise EntreeInvalide(message) from e


def _id(id_: object, *, same_order: bool) -> int:
    if not same_order or type(id_) is not int or not 0 <= id_ < INT64:
        raise ValueError
    return id_


def _decode(text: str) -> bytes:
    if len(text) > MAX_LENGTH or text.strip() != text:
        raise ValueError
    return urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4))


def _key(key: object, *, dated: bool) -> Any:
    if not isinstance(key, str) or "\0" in key:
        raise ValueError
    if not dated:
        return key
    instant = datetime.fromisoformat(key)
    if instant.tzinfo is None:
        raise ValueError
    return instant.astimezone(UTC)
