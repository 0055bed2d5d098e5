"""Files of rows: each writer takes rows by batches, keeps none, and gives bytes."""

import csv
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from datetime import datetime
from io import StringIO
from pathlib import Path
from typing import Protocol

import orjson

from solli_graphql.domain.objets import FormatExport
from solli_graphql.exports.cellules import couper, neutraliser
from solli_graphql.exports.colonnes import Colonne, Ligne, Valeur, colonnes

BOM = b"\xef\xbb\xbf"
MORCEAU = 256 * 1024  # bytes


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

    def __init__(self, choisies: Sequence[Colonne]) -> None:
        self._colonnes = choisies
        self._debut = BOM + _csv([[c.titre for c in choisies]])

    def lot(self, lignes: Sequence[Ligne]) -> bytes:
        debut, self._debut = self._debut, b""
        return debut + _csv([[_texte(c.valeur(x)) for c in self._colonnes] for x in lignes])

    def fin(self) -> Iterator[bytes]:
        return iter((self._debut,))

    def close(self) -> None:
        """Nothing is held."""


def _csv(lignes: Sequence[Sequence[str]]) -> bytes:
    tampon = StringIO(newline="")
    # All are quoted: opened with another separator, a text must not fall into several cells.
    csv.writer(tampon, delimiter=";", quoting=csv.QUOTE_ALL).writerows(lignes)
    return tampon.getvalue().encode()


def _texte(valeur: Valeur) -> str:
    if isinstance(valeur, datetime):
        return valeur.strftime("%d/%m/%Y %H:%M:%S")
    return "" if valeur is None else neutraliser(str(valeur))


class Xlsx:
    """A workbook, in a folder of its own until it is whole: rows are on disk, never in memory."""

    def __init__(self, choisies: Sequence[Colonne]) -> None:
        import xlsxwriter  # noqa: PLC0415 - few servers write one, and it takes time to import

        self._colonnes, self._dossier = choisies, tempfile.mkdtemp(prefix="solli-export-")
        self._chemin, self._rang = Path(self._dossier) / "export.xlsx", 0
        options = {"constant_memory": True, "tmpdir": self._dossier, "strings_to_formulas": False}
        options |= {"strings_to_urls": False, "strings_to_numbers": False}
        self._classeur = xlsxwriter.Workbook(self._chemin, options)
        # Excel keeps a quoted text a text, even once somebody edits it.
        self._format = self._classeur.add_format({"num_format": "@", "quote_prefix": True})
        self._date = self._classeur.add_format({"num_format": "dd/mm/yyyy hh:mm:ss"})
        self._feuille = self._classeur.add_worksheet("Sollicitations")
        for rang, colonne in enumerate(choisies):
            self._feuille.set_column(rang, rang, colonne.largeur)
        self._feuille.freeze_panes(1, 1)
        gras = self._classeur.add_format({"bold": True})
        for rang, colonne in enumerate(choisies):
            self._feuille.write_string(0, rang, colonne.titre, gras)

    def lot(self, lignes: Sequence[Ligne]) -> bytes:
        for ligne in lignes:
            self._rang += 1
            for rang, colonne in enumerate(self._colonnes):
                self._ecrire(rang, colonne.valeur(ligne))
        return b""

    def _ecrire(self, rang: int, valeur: Valeur) -> None:
        place = (self._rang, rang)
        if isinstance(valeur, datetime):
            self._feuille.write_datetime(*place, valeur, self._date)
        elif isinstance(valeur, int):
            self._feuille.write_number(*place, valeur)
        elif valeur:
            self._feuille.write_string(*place, couper(valeur), self._format)

    def fin(self) -> Iterator[bytes]:
        self._classeur.close()
        with self._chemin.open("rb") as fichier:
            while morceau := fichier.read(MORCEAU):
                yield morceau

    def close(self) -> None:
        """Remove the folder, the temporary files of an unfinished workbook included."""
        if not self._classeur.fileclosed:
            self._classeur.fileclosed = True  # else its end of life warns that it was not saved
            for feuille in self._classeur.worksheets():
                feuille.row_data_fh.close()
        shutil.rmtree(self._dossier, ignore_errors=True)


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
