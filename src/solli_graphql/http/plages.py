"""Single byte ranges (RFC 9110, 14): a download that was cut goes on from where it was."""

import re
from collections.abc import Mapping

PLAGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})", re.IGNORECASE)


class Insatisfaisable(Exception):
    """The range begins after the end: 416."""


def plage(entetes: Mapping[str, str], taille: int, etag: str) -> tuple[int, int]:
    """
    Give the bytes asked for, the last excluded: all of them for several ranges, or none.

    Raises Insatisfaisable.
    """
    demande = PLAGE.fullmatch(entetes.get("range", "").strip())
    if demande is None or entetes.get("if-range", etag) != etag:
        return 0, taille
    premier, dernier = demande[1], demande[2]
    if not premier:
        if not dernier:
            return 0, taille
        debut, fin = max(taille - int(dernier), 0), taille
    else:
        debut, fin = int(premier), min(int(dernier or taille) + 1, taille)
        if dernier and int(dernier) < debut:
            return 0, taille
    if debut >= taille:
        raise Insatisfaisable
    return debut, fin
