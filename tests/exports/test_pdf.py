"""The PDF of a sollicitation: what it says, its norms, and texts that try to break it."""

import unicodedata
from datetime import UTC, datetime
from random import Random
from typing import Any

import page
import pytest

from fichiers import garde
from papier import lire
from solli_graphql.domain.errors import Occupe
from solli_graphql.domain.objets import EtatPieceJointe, TypeObjet
from solli_graphql.exports import pdf
from solli_graphql.exports.glyphes import REMPLACANT, appauvri, imprimable

INSTANT = datetime(2026, 3, 29, 0, 59, tzinfo=UTC)
PAUL = {"nom": "Durand", "prenom": "Paul"}
STRUCTURE = {
    "designation": "Commune de Saint-Élix",
    "raisonSociale": "COMMUNE DE SAINT-ELIX",
    "identifiant": {"type": "SIRET", "valeur": "13001533200013"},
}
LIGNE = {
    "date": "2026-03-04T08:15:00+00:00",
    "auteur": PAUL,
    "ancienStatutLibelle": "A traiter",
    "nouveauStatutLibelle": "Réponse apportée",
    "commentaire": "Payée le 3 mars.",
}
PIECE: dict[str, Any] = {
    "nomFichier": "bon de commande.pdf",
    "typeMime": "application/pdf",
    "taille": 1_450_000,
    "sha256": "0123456789abcdef" * 4,
    "dateAjout": "2026-03-04T08:15:00+00:00",
    "ajouteePar": PAUL,
    "etat": "DISPONIBLE",
}


def fiche(**champs: Any) -> dict[str, Any]:
    """Make what is read of a sollicitation, every field filled."""
    return {
        "numero": "S-2026-00000042",
        "statutLibelle": "Informations complémentaires requises",
        "categorie": {"libelle": "Factures"},
        "sousCategorie": {"libelle": "Suivi"},
        "typeObjet": "FACTURE",
        "numeroObjet": "FAC-118",
        "dateDepot": "2026-03-04T08:15:00+00:00",
        "dateMiseAJour": "2026-03-11T13:02:00+00:00",
        "description": "Où en est\nnotre facture ?",
        "structureEmettrice": {**STRUCTURE, "designation": "Menuiserie Bertrand"},
        "serviceEmetteur": {"code": "VEN", "libelle": "Ventes"},
        "contact": {"courriel": "a@b.example", "telephone": "01 23 45 67 89"},
        "structureDestinataire": STRUCTURE,
        "serviceDestinataire": {"code": "FIN", "libelle": "Finances"},
        "priseEnChargePar": {"nom": "Martin", "prenom": "Claire"},
        "brouillon": "Vu avec le comptable.",
        "commentairesEmetteur": [
            {"date": "2026-03-05T08:15:00+00:00", "auteur": PAUL, "texte": "Voici le bon."}
        ],
        "historique": [LIGNE],
        "piecesJointes": [PIECE],
        **champs,
    }


def rendre(**champs: Any) -> bytes:
    """Render, without the way out of a text that typst would refuse."""
    donnees = pdf.presenter(fiche(**champs), "Claire Martin", INSTANT)
    return pdf.composer(pdf._partout(donnees, imprimable), INSTANT)


class TestPdf:
    def test_says_every_field(self) -> None:
        """
        Whatever the reader sees is in the PDF.
        """
        texte = lire(rendre())

        attendus = [
            *("S-2026-00000042", "Informations complémentaires requises", "Factures — Suivi"),
            *("Facture n° FAC-118", "4 mars 2026 à 9 h 15", "11 mars 2026 à 14 h 02"),
            *("Où en est notre facture ?", "Menuiserie Bertrand", "Ventes (VEN)", "a@b.example"),
            *("01 23 45 67 89", "Commune de Saint-Élix", "COMMUNE DE SAINT-ELIX"),
            *("SIRET 13001533200013", "Finances (FIN)", "Claire Martin", "Vu avec le comptable."),
            *("5 mars 2026 à 9 h 15 — Paul Durand", "Voici le bon.", "Payée le 3 mars."),
            *("A traiter → Réponse apportée", "bon de commande.pdf", "1,4 Mio", PIECE["sha256"]),
            *("Établi le 29 mars 2026 à 1 h 59 pour Claire Martin", "Page 1 / "),
        ]
        assert [a for a in attendus if a not in texte] == []

    def test_could_be_joined(self) -> None:
        """
        What is printed here is admitted as an attachment.
        """
        assert garde("pdf", rendre())

    @pytest.mark.parametrize("norme", ["ua1", "2a"])
    @pytest.mark.parametrize("plein", [True, False])
    def test_keeps_the_norms(self, norme: str, plein: bool) -> None:  # noqa: FBT001
        """
        Full or nearly empty, a PDF keeps PDF/UA-1 and PDF/A-2a.
        """
        vides: dict[str, Any] = dict.fromkeys(
            "typeObjet numeroObjet serviceEmetteur contact structureDestinataire".split()
            + "serviceDestinataire priseEnChargePar brouillon".split()
        ) | {"commentairesEmetteur": [], "piecesJointes": []}
        corps = rendre(**({"historique": [LIGNE] * 60} if plein else vides))

        rapport: Any = page.validate_pdf_bytes(corps, profile=norme)

        assert rapport.is_compliant, [(f.rule_id, f.message) for f in rapport.failures]

    def test_has_words_for_every_value(self) -> None:
        """
        Every type of object and state of attachment prints.
        """
        for type_ in TypeObjet:
            assert rendre(typeObjet=str(type_))
        assert rendre(piecesJointes=[{**PIECE, "etat": str(e)} for e in EtatPieceJointe])

    def test_tells_what_is_too_long_to_print(self) -> None:
        """
        Past 150,000 characters the oldest lines are left out, and counted.
        """
        lignes = [{**LIGNE, "commentaire": f"n{i} " + "a " * 4990} for i in range(20)]

        texte = lire(rendre(historique=lignes))

        assert "n14 " in texte
        assert "n15 " not in texte
        assert "5 lignes plus anciennes ne sont pas imprimées." in texte

    def test_embeds_so_many_glyphs(self) -> None:
        """
        Past 2,000 different characters beside ASCII the others are replaced, visibly.
        """
        texte = "".join(chr(0x4E00 + n) for n in range(3000)) + " fin"

        borne = pdf.borner({"description": texte})["description"]

        assert borne == texte[:2000] + REMPLACANT * 1000 + " fin"
        assert pdf.borner({"description": texte[:2000]}) == {"description": texte[:2000]}

    def test_takes_text_for_text(self) -> None:
        """
        What is markup elsewhere is printed as it was typed.
        """
        texte = '#import "x" *gras* = titre $x$ @ref <a> \\ // fin #{panic()} `brut` -- "droit"'

        assert texte in lire(rendre(description=texte))

    async def test_refuses_when_too_many_wait(self) -> None:
        """
        Past 16 PDFs in the queue the next one is told to try again.
        """
        atelier = pdf.Atelier()
        atelier._en_attente = pdf.ATTENTE

        with pytest.raises(Occupe):
            await atelier.rendre(fiche(), "", INSTANT)

    def test_prints_whatever_typst_refuses(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """
        A text that we believed printable and is not costs its unusual characters, not the PDF.
        """
        monkeypatch.setattr(pdf, "imprimable", lambda texte: texte)

        texte = lire(pdf.rendre(fiche(description="L’été \ue000 dure."), "Moi", INSTANT))

        assert f"L’été {REMPLACANT} dure." in texte


class TestPrintable:
    @pytest.mark.parametrize(
        ("tape", "imprime"),
        [
            ("L’œuvre : 12\u202f€ «\xa0été\xa0»", "L’œuvre : 12\u202f€ «\xa0été\xa0»"),
            ("a\r\nb\rc\u2028d\te", "a\nb\nc\nd  e"),
            ("fac\u202egnp\u202c.exe\u2066\u200f", "facgnp.exe"),
            ("\x07\ue000\U00012000\ufffe", REMPLACANT * 4),
            ("漢字 한국어 😀", "漢字 한국어 😀"),
            ("👨\u200d👩\u200d👧 ❤\ufe0f", "👨\u200d👩\u200d👧 ❤"),
            ("x" * 31, "x" * 30 + "\u200b" + "x"),
        ],
    )
    def test_is_what_is_printed(self, tape: str, imprime: str) -> None:
        """
        Text is kept where a font has it; the rest is replaced, or harmless when left out.
        """
        assert imprimable(tape) == imprime

    def test_poor_is_plain(self) -> None:
        """
        The last resort keeps French.
        """
        assert appauvri("Où\xa0? 漢\r\n«\xa0n°\xa0»…") == f"Où\xa0? {REMPLACANT}\n«\xa0n°\xa0»…"


BLOCS = [
    *((0x20, 0x7F), (0xA0, 0x250), (0x300, 0x370), (0x370, 0x530), (0x590, 0x780)),
    *((0x900, 0xE00), (0xE00, 0x1100), (0x1100, 0x1400), (0x1780, 0x1880), (0x2000, 0x2070)),
    *((0x2070, 0x2C00), (0x3000, 0x3400), (0x4E00, 0x5200), (0xAC00, 0xB000), (0xE000, 0xE100)),
    *((0xFB00, 0x10000), (0x10000, 0x12500), (0x1D000, 0x1D800), (0x1F000, 0x1FB00)),
    *((0x20000, 0x20100), (0xE0000, 0xE0200), (0, 0xD800), (0xE000, 0x110000)),
]
JOINTS = "\u200d\u200c\ufe0f\u0301\u20e3\u094d\u202e\u2066\n\t \u00ad\u0600\U0001f3fd\U0001f1eb"


def texte(hasard: Random) -> str:
    """Draw a text from a few blocks of Unicode, with what joins and marks."""
    blocs = hasard.sample(BLOCS, hasard.randint(1, 3))
    tires = (
        hasard.choice(JOINTS)
        if hasard.random() < 0.2
        else chr(hasard.randrange(*hasard.choice(blocs)))
        for _ in range(hasard.randint(1, 60))
    )
    return "".join(c for c in tires if unicodedata.category(c) != "Cs")


def test_generated_texts_all_print(request: pytest.FixtureRequest) -> None:
    """
    Emoji, CJK, bidi, marks, controls, unassigned: no text makes the PDF fail.
    """
    hasard, par_pdf = Random(0), 100  # noqa: S311
    textes = [texte(hasard) for _ in range(request.config.getoption("--pdf"))]

    for debut in range(0, len(textes), par_pdf):
        lot = textes[debut : debut + par_pdf]
        ligne = {"date": INSTANT, "auteur": PAUL}
        lignes = [{**ligne, "texte": t} for t in lot]
        corps = rendre(commentairesEmetteur=lignes, numeroObjet=lot[0], description="\n".join(lot))
        rapport: Any = page.validate_pdf_bytes(corps, profile="2a")
        assert rapport.is_compliant, debut
