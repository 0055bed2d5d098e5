"""What a cell may hold: no text of anybody's becomes a formula (X1)."""

import unicodedata

from solli_graphql.domain.textes import invisible

CELLULE = 32_767  # characters of a cell, as UTF-16 counts them
_FORMULE = frozenset("=+-@\N{MINUS SIGN}\N{EN DASH}|%")


def neutraliser(texte: str) -> str:
    """Put an apostrophe before a text that a spreadsheet might take for a formula."""
    return f"'{texte}" if formule(texte) else texte


def formule(texte: str) -> bool:
    """
    Tell whether a text begins as a formula: `= + - @ TAB CR`, and their full-width or small forms.

    What shows nothing does not count as a beginning: spreadsheets skip it.
    """
    if texte[:1] in ("\t", "\r", "\n"):
        return True
    debut = next((c for c in texte if not invisible(c)), "")
    return bool(debut) and unicodedata.normalize("NFKC", debut)[0] in _FORMULE


def couper(texte: str) -> str:
    """Cut a text, visibly, to what a cell of XLSX holds."""
    if 2 * len(texte) <= CELLULE or len(texte.encode("utf-16-le")) <= 2 * CELLULE:
        return texte
    octets = texte.encode("utf-16-le")[: 2 * (CELLULE - 1)]
    return octets.decode("utf-16-le", "ignore") + "…"
