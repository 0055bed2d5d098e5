"""Files of rows: each writer takes rows by batches, keeps none, and gives bytes."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from string import ascii_letters, digits
from typing import Protocol

import orjson

from solli_graphql.domain.objets import FormatExport
from solli_graphql.exports.cellules import neutraliser
from solli_graphql.exports.classeur import Xlsx
from solli_graphql.exports.colonnes import Colonne, Ligne, Valeur, colonnes

BOM = b"\xef\xbb\xbf"
# What most cells begin with, and no formula: letters of ours and digits.
SURS = frozenset(["", *ascii_letters, *digits, *"àâäçéèêëîïôöùûüÿÀÂÄÇÉÈÊËÎÏÔÖÙÛÜŸ"])


class Ecrivain(Protocol):
    """Writes one file; whoever opens it closes it, whatever happens."""

    def lot(self, lignes: Sequence[Ligne]) -> bytes:
        """Write rows; give the bytes that are ready, if any."""

    def fin(self) -> Iterator[bytes]:
        """Give what remains, once all rows are written."""

    def close(self) -> None:
        """Let go of what is held."""


class Jsonl:
    """A JSON object a line, with the names of the schema."""

    def lot(self, lignes: Sequence[Ligne]) -> bytes:
        return b"".join(orjson.dumps(x, option=orjson.OPT_APPEND_NEWLINE) for x in lignes)

    def fin(self) -> Iterator[bytes]:
        return iter(())

    def close(self) -> None:
        """Nothing is held."""


class Csv:
    """For a French spreadsheet: semicolons, UTF-8 with its mark, each cell quoted."""

    # All are quoted: opened with another separator, a text must not fall into several cells.

    def __init__(self, choisies: Sequence[Colonne]) -> None:
        self._valeurs = [c.valeur for c in choisies]
        self._debut = BOM + _rangee([c.titre for c in choisies]).encode()

    def lot(self, lignes: Sequence[Ligne]) -> bytes:
        debut, self._debut = self._debut, b""
        rangees = [_rangee([_texte(v(x)) for v in self._valeurs]) for x in lignes]
        return debut + "".join(rangees).encode()

    def fin(self) -> Iterator[bytes]:
        return iter((self._debut,))

    def close(self) -> None:
        """Nothing is held."""


def _rangee(cellules: Sequence[str]) -> str:
    """Write a row; most have no quote, which is seen at once."""
    rangee = '"' + '";"'.join(cellules) + '"\r\n'
    if rangee.count('"') != 2 * len(cellules):
        rangee = '"' + '";"'.join(c.replace('"', '""') for c in cellules) + '"\r\n'
    return rangee


def _texte(valeur: Valeur) -> str:
    if type(valeur) is str:
        return valeur if valeur[:1] in SURS else neutraliser(valeur)
    if isinstance(valeur, datetime):
        jour = f"{valeur.day:02}/{valeur.month:02}/{valeur.year:04}"
        return f"{jour} {valeur.hour:02}:{valeur.minute:02}:{valeur.second:02}"
    return "" if valeur is None else str(valeur)


TYPES = {
    FormatExport.CSV: "text/csv; charset=utf-8",
    FormatExport.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    FormatExport.JSONL: "application/jsonl; charset=utf-8",
}


def ecrivain(format_: FormatExport, *, traitant: bool) -> Ecrivain:
    """Choose the writer of a format, with the columns of its reader."""
    if format_ is FormatExport.JSONL:
        return Jsonl()
    choisies = colonnes(traitant=traitant)
    return Csv(choisies) if format_ is FormatExport.CSV else Xlsx(choisies)
