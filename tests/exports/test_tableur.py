"""Files of rows: whatever is typed stays a text."""

import csv
from io import BytesIO, StringIO
from typing import Any

import openpyxl
import pytest

from fichiers import garde
from solli_graphql.domain.objets import FormatExport
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
    classeur = openpyxl.load_workbook(BytesIO(ecrit(FormatExport.XLSX, hostiles)))
    feuille: Any = classeur.active
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
