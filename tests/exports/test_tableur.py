"""Files of rows: whatever is typed stays a text."""

import csv
import subprocess
from collections.abc import Callable
from datetime import datetime
from io import BytesIO, StringIO
from pathlib import Path
from secrets import token_hex
from typing import Any

import openpyxl
import pytest
from openpyxl.utils import get_column_letter
from openpyxl.utils.escape import unescape

from fichiers import garde
from solli_graphql.domain.errors import LimiteDepassee
from solli_graphql.domain.objets import FormatExport
from solli_graphql.exports import classeur
from solli_graphql.exports.cellules import CELLULE, couper, formule
from solli_graphql.exports.tableur import BOM, ecrivain

DEBUTS = [
    *"=+-@\t\r\n|%",
    *"＝＋－＠﹢﹣﹦﹫−–",
    " =",
    "\u200b=",
    "\u00a0+",
    "\ufeff@",
    "'=",
    '"=',
    ";=",
]
SUITES = ["1+1", "cmd|' /C calc'!A0", 'HYPERLINK("http://a.example";"x")', "SUM(A1:A9)", ";é\n=2"]


def ligne(texte: str) -> dict[str, Any]:
    """Make a row whose every text is this one."""
    service = {"code": texte, "libelle": texte}
    structure = {
        "designation": texte,
        "raisonSociale": texte,
        "identifiant": {"type": "SIRET", "valeur": texte},
    }
    dates = dict.fromkeys(("dateDepot", "dateMiseAJour"), "2026-03-29T01:30:00+00:00")
    textes = dict.fromkeys(
        ("numero", "statutLibelle", "numeroObjet", "description", "brouillon"), texte
    )
    nombres = dict.fromkeys(("transferts", "reouvertures"), 0)
    return {
        **(dates | textes | nombres),
        "motif": None,
        "destinataireActuel": "STRUCTURE",
        "typeObjet": "FACTURE_TRAVAUX",
        "categorie": service,
        "sousCategorie": service,
        "structureEmettrice": structure,
        "structureDestinataire": structure,
        "serviceEmetteur": service,
        "serviceDestinataire": None,
        "contact": {"courriel": texte, "telephone": None},
        "priseEnChargePar": {"nom": texte, "prenom": ""},
        "allersRetours": True,
    }


@pytest.fixture(scope="module")
def hostiles() -> list[str]:
    """
    Hostile texts, of which 18 columns make more than 10,000 cells.
    """
    tous = [debut + suite for debut in DEBUTS for suite in SUITES]
    return [f"{texte}{n}" for n in range(5) for texte in tous]


def ecrit(format_: FormatExport, textes: list[str]) -> bytes:
    sortie = ecrivain(format_, traitant=True)
    octets = sortie.lot([ligne(t) for t in textes]) + b"".join(sortie.fin())
    sortie.close()
    return octets


def test_a_workbook_has_no_formula(hostiles: list[str]) -> None:
    """
    Of more than 10,000 hostile cells none is a formula, a link or a number (X1).
    """
    ouvert = openpyxl.load_workbook(BytesIO(ecrit(FormatExport.XLSX, hostiles)))
    feuille: Any = ouvert.active
    cellules = [c for rangee in feuille.iter_rows(min_row=2) for c in rangee]
    textes = [
        c for c in cellules if isinstance(c.value, str) and c.value not in ("Oui", "Structure")
    ]
    assert len(textes) > 10_000
    assert {c.data_type for c in textes} == {"s"}
    assert not any(c.hyperlink for c in cellules)
    assert all(c.quotePrefix for c in textes)


def test_a_csv_has_no_formula(hostiles: list[str]) -> None:
    """
    Nothing in a CSV begins as a formula, whatever separates its cells.
    """
    texte = ecrit(FormatExport.CSV, hostiles).removeprefix(BOM).decode()
    lues = list(csv.reader(StringIO(texte, newline=""), delimiter=";"))
    assert len(lues) == 1 + len(hostiles)
    assert not any(formule(c) for rangee in lues for c in rangee)
    assert sum(c.startswith("'") for rangee in lues for c in rangee) > 7_000


@pytest.mark.parametrize("texte", ["a" * CELLULE, "é\U0001f600" * CELLULE, "x" * (CELLULE + 1)])
def test_a_cell_too_long_is_cut_visibly(texte: str) -> None:
    """
    A cell holds 32,767 UTF-16 units; what is longer ends with an ellipsis.
    """
    coupe = couper(texte)
    assert len(coupe.encode("utf-16-le")) <= 2 * CELLULE
    assert coupe == texte or (coupe.endswith("…") and texte.startswith(coupe[:-1]))


@pytest.mark.parametrize("format_", [FormatExport.CSV, FormatExport.XLSX])
def test_an_export_could_be_joined(format_: FormatExport, hostiles: list[str]) -> None:
    """
    What is exported is admitted as an attachment.
    """
    assert garde(format_.lower(), ecrit(format_, hostiles[:50]))


SPECIAUX = [
    *(
        "<a> & \"b\" 'c' ]]>",
        " deux espaces  ",
        "une\nligne\tet",
        "a_b",
        "_x0041_",
        "a\rb",
        "\x01\x0b",
    ),
    *("\U0001f600\u200b", "\ufffe\uffff"),
]


def test_a_workbook_keeps_texts_as_they_are() -> None:
    """
    What XML or Excel would read otherwise comes back from a workbook as it was.
    """
    ouvert = openpyxl.load_workbook(BytesIO(ecrit(FormatExport.XLSX, SPECIAUX)))
    feuille: Any = ouvert.active
    titres = [c.value for c in feuille[1]]
    lus = [c.value for c in feuille[get_column_letter(titres.index("Description") + 1)][1:]]
    assert [unescape(x) for x in lus] == SPECIAUX


def test_a_workbook_has_dates_and_numbers() -> None:
    """
    Dates are dates of Paris, its hours of summer included, and numbers are numbers.
    """
    ouvert = openpyxl.load_workbook(BytesIO(ecrit(FormatExport.XLSX, ["a"])))
    feuille: Any = ouvert.active
    titres, valeurs = ([c.value for c in rangee] for rangee in feuille.iter_rows())
    lu = dict(zip(titres, valeurs, strict=True))
    assert lu["Date de dépôt"] == datetime(2026, 3, 29, 3, 30)  # noqa: DTZ001 - no zone in a cell
    assert (lu["Transferts"], lu["Motif"], lu["Type d'objet"]) == (0, None, "Facture travaux")
    assert feuille.freeze_panes == "B2"


@pytest.mark.parametrize("format_", FormatExport)
def test_rows_are_given_as_they_come(format_: FormatExport) -> None:
    """
    A file is given while it is written: the end holds next to nothing of it.
    """
    sortie = ecrivain(format_, traitant=True)
    lots = [sortie.lot([ligne(token_hex(200)) for _ in range(50)]) for _ in range(10)]
    fin = b"".join(sortie.fin())
    sortie.close()
    assert all(lots)
    assert len(fin) < len(b"".join(lots)) / 10


@pytest.mark.parametrize(("limite", "valeur"), [("ZIP64_LIMIT", 15_000), ("RANGS", 3)])
def test_a_workbook_has_an_end(monkeypatch: pytest.MonkeyPatch, limite: str, valeur: int) -> None:
    """
    A sheet of more bytes or rows than readers take is refused, and closed all the same.
    """
    monkeypatch.setattr(classeur, limite, valeur)
    sortie = ecrivain(FormatExport.XLSX, traitant=True)
    sortie.lot([ligne("a"), ligne("b")])
    with pytest.raises(LimiteDepassee, match="CSV"):
        sortie.lot([ligne("a" * 1000)])
    sortie.close()


Libreoffice = Callable[[str, bytes], str]


@pytest.fixture
def libreoffice(request: pytest.FixtureRequest, tmp_path: Path) -> Libreoffice:
    """
    Open a file as LibreOffice does, and give what it has read of it.
    """
    if not request.config.getoption("--libreoffice"):
        pytest.skip("without --libreoffice")

    def ouvrir(nom: str, octets: bytes) -> str:
        (tmp_path / nom).write_bytes(octets)
        profil = f"-env:UserInstallation={(tmp_path / 'profil').as_uri()}"
        lire = ["--infilter=CSV:59,34,76,1"] if nom.endswith(".csv") else []
        mots = ["soffice", profil, "--headless", *lire, "--convert-to", "fods", nom]
        subprocess.run(mots, cwd=tmp_path, check=True, capture_output=True, timeout=120)
        return (tmp_path / nom).with_suffix(".fods").read_text()

    return ouvrir


def test_libreoffice_would_take_formulas(libreoffice: Libreoffice) -> None:
    """
    A text that begins as a formula is one to LibreOffice, had nobody neutralised it.
    """
    assert "table:formula" in libreoffice("a.csv", b'"=1+1"\r\n')


@pytest.mark.parametrize("format_", [FormatExport.CSV, FormatExport.XLSX])
def test_libreoffice_finds_no_formula(
    format_: FormatExport, hostiles: list[str], libreoffice: Libreoffice
) -> None:
    """
    LibreOffice opens every row of an export, and finds no formula in it.
    """
    lu = libreoffice(f"export.{format_.lower()}", ecrit(format_, hostiles))
    assert "table:formula" not in lu
    assert lu.count("<text:p>Facture travaux</text:p>") == len(hostiles)
    assert lu.count("29/03/2026 03:30:00</text:p>") == len(hostiles)  # two cells alike
