"""Numbers and identifiers that people and programs hold."""

import re
from base64 import urlsafe_b64decode
from binascii import b2a_base64
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

LONGUEUR = 100  # of a global id
PARIS = ZoneInfo("Europe/Paris")
_GID = re.compile(r"([A-Za-z]{1,40}):([1-9][0-9]{0,17})")


def numero(id_: int, depot: datetime) -> str:
    """Give the number of a sollicitation, S-AAAA-NNNNNNNN, of its year in Paris (D5)."""
    return f"S-{depot.astimezone(PARIS).year}-{id_:08d}"


def gid(type_: str, id_: int | str) -> str:
    """Make the global id of an object."""
    # The URL-safe alphabet all the same: neither "+" nor "/" comes out of letters, digits and ":".
    return b2a_base64(f"{type_}:{id_}".encode(), newline=False).decode().rstrip("=")


def lire_gid(texte: str) -> tuple[str, int] | None:
    """Read a global id back as (type, id), or None if it is not one of ours."""
    if len(texte) > LONGUEUR:
        return None
    try:
        brut = urlsafe_b64decode(texte + "=" * (-len(texte) % 4)).decode("ascii")
    except ValueError:
        return None
    m = _GID.fullmatch(brut)
    return (m[1], int(m[2])) if m and gid(m[1], int(m[2])) == texte else None


def identifiant(texte: str | None, type_: str) -> int | None:
    """Read the id of an object of this type out of a global id, or None."""
    lu = lire_gid(texte) if texte else None
    return lu[1] if lu and lu[0] == type_ else None


def jour(j: date) -> datetime:
    """Give the instant, in UTC, at which a day begins in Paris."""
    return datetime(j.year, j.month, j.day, tzinfo=PARIS).astimezone(UTC)
