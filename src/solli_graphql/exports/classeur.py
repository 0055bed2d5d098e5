"""A workbook of one sheet (XLSX), written straight into its archive: no row waits for the last."""

import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from xml.sax.saxutils import escape
from zipfile import ZIP64_LIMIT, ZIP_DEFLATED, ZipFile

from solli_graphql.domain.errors import LimiteDepassee
from solli_graphql.exports.cellules import CELLULE, couper
from solli_graphql.exports.colonnes import Colonne, Ligne, Valeur

XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_OPEN = "http://schemas.openxmlformats.org"
_MAIN = f"{_OPEN}/spreadsheetml/2006/main"
_REL = f"{_OPEN}/officeDocument/2006/relationships"
_PARTIES = f"{_OPEN}/package/2006"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
TEXTE, DATE, TITRE = 1, 2, 3  # the styles below, by their rank
FEUILLE = "xl/worksheets/sheet1.xml"
PARTIES = {
    "[Content_Types].xml": f"""<Types xmlns="{_PARTIES}/content-types">
<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>
<Default Extension="xml" ContentType="application/xml"/>
<Override PartName="/xl/workbook.xml" ContentType="{_TYPE}.sheet.main+xml"/>
<Override PartName="/{FEUILLE}" ContentType="{_TYPE}.worksheet+xml"/>
<Override PartName="/xl/styles.xml" ContentType="{_TYPE}.styles+xml"/>
</Types>""",
    "_rels/.rels": f"""<Relationships xmlns="{_PARTIES}/relationships">
<Relationship Id="rId1" Type="{_REL}/officeDocument" Target="xl/workbook.xml"/>
</Relationships>""",
    "xl/workbook.xml": f"""<workbook xmlns="{_MAIN}" xmlns:r="{_REL}">
<sheets><sheet name="Sollicitations" sheetId="1" r:id="rId1"/></sheets>
</workbook>""",
    "xl/_rels/workbook.xml.rels": f"""<Relationships xmlns="{_PARTIES}/relationships">
<Relationship Id="rId1" Type="{_REL}/worksheet" Target="worksheets/sheet1.xml"/>
<Relationship Id="rId2" Type="{_REL}/styles" Target="styles.xml"/>
</Relationships>""",
    # Excel keeps a quoted text (quotePrefix) a text, even once somebody edits it.
    "xl/styles.xml": f"""<styleSheet xmlns="{_MAIN}">
<numFmts count="1"><numFmt numFmtId="164" formatCode="dd/mm/yyyy hh:mm:ss"/></numFmts>
<fonts count="2"><font><sz val="11"/><name val="Calibri"/><family val="2"/></font>
<font><b/><sz val="11"/><name val="Calibri"/><family val="2"/></font></fonts>
<fills count="2"><fill><patternFill patternType="none"/></fill>
<fill><patternFill patternType="gray125"/></fill></fills>
<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>
<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>
<cellXfs count="4"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>
<xf numFmtId="49" fontId="0" fillId="0" borderId="0" xfId="0" quotePrefix="1"
 applyNumberFormat="1"/>
<xf numFmtId="164" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>
<xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1"/></cellXfs>
<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles>
</styleSheet>""",
}
FIN = "</sheetData></worksheet>"
JOUR_ZERO = 693_594  # the ordinal of 30 December 1899, day 0 of spreadsheets
SECONDES = 86_400
RANGS = 1_048_576  # rows of a sheet
# What XML or Excel reads otherwise: its own characters, controls, and Excel's way to write those.
SPECIAL = re.compile("[&<>_\x00-\x1f\ufffe\uffff]")
CONTROLE = re.compile("_(?=x[0-9A-Fa-f]{4}_)|[\x00-\x08\x0b-\x1f\ufffe\uffff]")


class Tuyau:
    """Takes bytes in at one end, and gives them at the other."""

    def __init__(self) -> None:
        self._morceaux: list[bytes] = []

    def write(self, octets: bytes) -> int:
        """Take bytes in."""
        self._morceaux.append(bytes(octets))
        return len(octets)

    def flush(self) -> None:
        """Nothing is held back."""

    def close(self) -> None:
        """Nothing is held open."""

    def vider(self) -> bytes:
        """Give what came in since the last time."""
        morceaux, self._morceaux = self._morceaux, []
        return b"".join(morceaux)


class Xlsx:
    """For Excel: texts that stay texts, dates, numbers."""

    def __init__(self, choisies: Sequence[Colonne]) -> None:
        self._tuyau, self._rang, self._taille = Tuyau(), 1, 0
        # Fast rather than small: at the usual level most of the time would go there.
        self._archive = ZipFile(self._tuyau, "w", ZIP_DEFLATED, compresslevel=1)
        for nom, texte in PARTIES.items():
            self._archive.writestr(nom, XML + texte)
        self._feuille = self._archive.open(FEUILLE, "w")
        self._colonnes = [(_lettres(n), c.valeur) for n, c in enumerate(choisies)]
        self._ecrire(_debut(choisies))

    def lot(self, lignes: Sequence[Ligne]) -> bytes:
        self._ecrire("".join(map(self._rangee, lignes)))
        return self._tuyau.vider()

    def _rangee(self, ligne: Ligne) -> str:
        self._rang += 1
        n = self._rang
        cellules = [_cellule(f"{c}{n}", valeur(ligne)) for c, valeur in self._colonnes]
        return f'<row r="{n}">{"".join(cellules)}</row>'

    def _ecrire(self, texte: str) -> None:
        """Write a part of the sheet. Raises LimiteDepassee past what readers know."""
        octets = texte.encode()
        self._taille += len(octets)
        if self._taille > ZIP64_LIMIT or self._rang > RANGS:
            raise LimiteDepassee("Cette feuille est trop grande : choisissez CSV ou JSONL.")
        self._feuille.write(octets)

    def fin(self) -> Iterator[bytes]:
        self._ecrire(FIN)
        self.close()
        yield self._tuyau.vider()

    def close(self) -> None:
        """End the archive, whole or not."""
        self._feuille.close()
        self._archive.close()


def _debut(choisies: Sequence[Colonne]) -> str:
    """Write what stands before the rows, and the row of titles, which stays in sight."""
    largeurs = "".join(
        f'<col min="{n}" max="{n}" width="{c.largeur}" customWidth="1"/>'
        for n, c in enumerate(choisies, 1)
    )
    titres = "".join(
        f'<c r="{_lettres(n)}1" s="{TITRE}" t="inlineStr">{_texte(c.titre)}</c>'
        for n, c in enumerate(choisies)
    )
    fige = '<pane xSplit="1" ySplit="1" topLeftCell="B2" activePane="bottomRight" state="frozen"/>'
    vue = f'<sheetView tabSelected="1" workbookViewId="0">{fige}</sheetView>'
    return (
        f'{XML}<worksheet xmlns="{_MAIN}"><sheetViews>{vue}</sheetViews>'
        f'<cols>{largeurs}</cols><sheetData><row r="1">{titres}</row>'
    )


def _lettres(rang: int) -> str:
    """Name a column: A to Z, then AA to ZZ."""
    avant, n = divmod(rang, 26)
    return (chr(64 + avant) if avant else "") + chr(65 + n)


def _cellule(place: str, valeur: Valeur) -> str:
    """Write a cell; nothing for an empty one."""
    if type(valeur) is str:
        return f'<c r="{place}" s="{TEXTE}" t="inlineStr">{_texte(valeur)}</c>' if valeur else ""
    if isinstance(valeur, datetime):
        return f'<c r="{place}" s="{DATE}"><v>{_date(valeur)!r}</v></c>'
    return "" if valeur is None else f'<c r="{place}"><v>{valeur}</v></c>'


def _date(valeur: datetime) -> float:
    """Count the days as spreadsheets do."""
    secondes = valeur.hour * 3600 + valeur.minute * 60 + valeur.second
    return valeur.toordinal() - JOUR_ZERO + secondes / SECONDES


def _texte(texte: str) -> str:
    """Write a text of a cell."""
    espaces = ""
    if SPECIAL.search(texte) or texte != texte.strip() or 2 * len(texte) > CELLULE:
        texte = escape(CONTROLE.sub(_hexadecimal, couper(texte)))
        espaces = ' xml:space="preserve"'
    return f"<is><t{espaces}>{texte}</t></is>"


def _hexadecimal(trouve: re.Match[str]) -> str:
    return f"_x{ord(trouve[0]):04X}_"
