"""Names of files are made harmless, and contents held to their types, without expanding any."""

import random
import re
import unicodedata
from hashlib import sha256

import pytest

from fichiers import BONS, archive
from solli_graphql import settings
from solli_graphql.domain.archives import FIN, FichierRefuse
from solli_graphql.domain.fichiers import RESERVES, Examen, FichierTropGros, nettoyer
from solli_graphql.domain.formats import EXTENSIONS, TYPES, Type, type_annonce

PDF = EXTENSIONS["pdf"]
MORCEAUX = [
    *("../", "..\\", "/etc/passwd", "C:\\", "CON", "nul.", "com1", "LPT9", "COM¹", "aux "),
    *("\u202e", "\u2066", "\u200b", "\ufeff", "\u00ad", "\0", "\r\n", "\x1b[31m", "\x7f", "\t"),
    *("\uff0f", "\u2215", "\uff3c", "．．／", "\u2024\u2024/", "\u3164", "\u00a0", "\u2028"),
    *('"', "'", "`", "$(id)", "%00", "%2e%2e%2f", ";", "|", "&", "<script>", "*", "?", ":"),
    *("::$DATA", ".", "..", " ", "-rf", "~", ".htaccess", "a", "é", "e\u0301", "文", "😀", "ﷺ"),
    *(".exe", ".pdf", ".PDF", ".php.pdf", ".pdf.exe", "x" * 300, "\ud7ff", "\U000e0041", "ß"),
]
CLAIR = re.compile(r'[/\\<>:"|?*;%`$]')


def hostiles(combien: int) -> list[str]:
    """
    Make names out of what has harmed others.
    """
    hasard = random.Random(6)  # noqa: S311 - examples
    return [*MORCEAUX, "", " ", "...", "." * 300] + [
        "".join(hasard.choices(MORCEAUX, k=hasard.randint(1, 6))) for _ in range(combien)
    ]


def inoffensif(nom: str) -> bool:
    """
    Tell whether a name is what a folder, a header and a screen can take.
    """
    souche = nom.partition(".")[0].strip()
    return (
        0 < len(nom) <= 200
        and not CLAIR.search(nom)
        and all(unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl") for c in nom)
        and not nom.startswith((".", " ", "-", "~"))
        and nom.lower().endswith(".pdf")
        and not RESERVES.fullmatch(souche)
        and unicodedata.normalize("NFKC", nom) == nom
    )


class TestNames:
    def test_are_harmless(self, request: pytest.FixtureRequest) -> None:
        """
        Whatever a name was, it ends up short, visible, without path, and of its type.
        """
        noms = hostiles(request.config.getoption("--noms"))
        nettoyes = [nettoyer(nom, PDF.extensions) for nom in noms]
        assert [n for n in nettoyes if not inoffensif(n)] == []
        assert [nettoyer(n, PDF.extensions) for n in nettoyes] == nettoyes

    @pytest.mark.parametrize(
        ("nom", "nettoye"),
        [
            ("Facture n° 12 – été.pdf", "Facture n° 12 – été.pdf"),
            ("../../etc/passwd", "passwd.pdf"),
            ("C:\\Temp\\CON.pdf", "_CON.pdf"),
            ("gpj.\u202efdp.exe", "gpj.fdp.exe.pdf"),
            ("．．／secret.PDF", "secret.PDF"),
            ("a\u200bb\0c\r\n.pdf", "abc.pdf"),
            ("", "piece.pdf"),
            (".pdf", "piece.pdf"),
            ("scan.pdf::$DATA", "scan.pdf_DATA.pdf"),
        ],
    )
    def test_keep_what_they_say(self, nom: str, nettoye: str) -> None:
        """
        A good name stays as it is; of another one remains what can be read.
        """
        assert nettoyer(nom, PDF.extensions) == nettoye

    def test_are_cut_before_their_extension(self) -> None:
        """
        A name of 200 characters is kept, a longer one keeps its extension.
        """
        juste = "é" * 196 + ".pdf"
        assert nettoyer(juste, PDF.extensions) == juste
        assert nettoyer("é" + juste, PDF.extensions) == juste


def examiner(type_: Type, octets: bytes, *, pas: int = 1000) -> None:
    """
    Examine bytes as they would come.
    """
    e = Examen(type_, taille=len(octets), empreinte=sha256(octets).hexdigest())
    for debut in range(0, len(octets), pas):
        e.lire(octets[debut : debut + pas])
    e.conclure()


class TestTypes:
    @pytest.mark.parametrize("extension", EXTENSIONS)
    def test_know_their_own(self, extension: str) -> None:
        """
        A good file of each type is admitted, however it is cut.
        """
        mime, octets = BONS[extension]
        type_ = type_annonce(mime, TYPES)
        assert type_ is EXTENSIONS[extension]
        for pas in (1, 7, 10**6):
            examiner(EXTENSIONS[extension], octets, pas=pas)

    def test_know_no_others(self) -> None:
        """
        No good file of one type passes for another, but what is a text, or a zip of another use.
        """
        texte, zips = {"txt", "csv", "xml"}, {"zip", "odt", "ods", "docx", "xlsx"}
        for extension, (_, octets) in BONS.items():
            for autre, type_ in EXTENSIONS.items():
                if type_ is EXTENSIONS[extension] or (extension in zips and autre == "zip"):
                    continue
                if extension in texte and autre in texte - {"xml"}:
                    continue
                with pytest.raises(FichierRefuse):
                    examiner(type_, octets)

    @pytest.mark.parametrize(
        ("extension", "octets"),
        [
            ("pdf", b"\n%PDF-1.7"),
            ("pdf", b"MZ\x90\x00%PDF-1.7"),
            ("pdf", b"<html><script>alert(1)</script>%PDF-1.7"),
            ("png", b"GIF89a/*\x89PNG\r\n\x1a\n"),
            ("jpg", b"<?php system($_GET['c']); ?>\xff\xd8\xff"),
            ("txt", b"MZ\x90\x00\x03"),
            ("txt", b"texte" + b"a" * 5000 + b"\x00"),
            ("csv", b"\x7fELF\x02\x01"),
            ("csv", "a;b".encode("utf-16-le")),
            ("csv", "a;b\0".encode("utf-16")),
            ("xml", b"PK\x03\x04"),
            ("xml", b"pas du XML"),
            ("odt", archive("x", "mimetype")),
            ("odt", archive("mimetype", premier=b"application/zip")),
            ("docx", archive("[Content_Types].xml", "xl/workbook.xml")),
            ("docx", archive("[Content_Types].xml", "word/document.xml", "word/vbaProject.bin")),
            ("docx", archive("word/document.xml")),
            ("docx", b"PK\x03\x04" + b"\0" * 100),
            ("xlsx", archive("[Content_Types].xml", "xl/workbook.xml")[:-30]),
            ("zip", b"Rar!\x1a\x07\x00"),
            ("zip", b"7z\xbc\xaf\x27\x1c"),
            ("zip", b"\x1f\x8b\x08\x00"),
            ("p7m", b"\x30\x82\x01\x00" + b"\0" * 50),
        ],
    )
    def test_refuse_what_is_something_else(self, extension: str, octets: bytes) -> None:
        """
        Programs, pages, other archives, cut or macro-laden documents are not what they claim.
        """
        with pytest.raises(FichierRefuse):
            examiner(EXTENSIONS[extension], octets)

    @pytest.mark.parametrize("codage", ["utf-8-sig", "utf-16", "cp1252"])
    def test_know_the_texts_of_spreadsheets(self, codage: str) -> None:
        """
        A text in UTF-8, UTF-16 with its mark, or Windows-1252 is one, however it is cut.
        """
        octets = "numéro;libellé\r\n1;Été\r\n".encode(codage)
        for extension in ("txt", "csv"):
            for pas in (1, 3, 10**6):
                examiner(EXTENSIONS[extension], octets, pas=pas)

    @pytest.mark.parametrize("octets", ["a;b".encode("utf-16-le"), "a;b".encode("utf-32"), b"\0"])
    def test_say_how_to_save_a_text(self, octets: bytes) -> None:
        """
        A text in another encoding is refused with what to do about it.
        """
        with pytest.raises(FichierRefuse, match="enregistrez-le en UTF-8"):
            examiner(EXTENSIONS["csv"], octets)

    def test_never_expand(self) -> None:
        """
        An archive whose directory is longer than what is kept is refused, not read otherwise.
        """
        noms = [f"xl/{n:05d}" for n in range(6000)]
        gros = archive("[Content_Types].xml", *noms)
        assert len(gros) > FIN
        with pytest.raises(FichierRefuse):
            examiner(EXTENSIONS["xlsx"], gros, pas=65536)
        with pytest.raises(FichierRefuse, match="trop de fichiers"):
            examiner(EXTENSIONS["zip"], gros, pas=65536)

    def test_are_those_of_the_setting(self) -> None:
        """
        The setting's default is every type that can be told.
        """
        assert [*EXTENSIONS] == settings.EXTENSIONS

    def test_announced_by_another_name(self) -> None:
        """
        Parameters, case and usual names of a MIME type are understood; others are not admitted.
        """
        assert type_annonce("Text/CSV; charset=utf-8", TYPES) is EXTENSIONS["csv"]
        assert type_annonce("image/jpg", TYPES) is EXTENSIONS["jpg"]
        assert type_annonce("text/html", TYPES) is None
        assert type_annonce("text/csv", (PDF,)) is None


class TestExamen:
    def test_stops_at_the_first_byte_too_many(self) -> None:
        """
        What is longer than announced is refused before its end.
        """
        e = Examen(PDF, taille=10, empreinte="")
        e.lire(b"%PDF-12345")
        with pytest.raises(FichierTropGros):
            e.lire(b"6")

    @pytest.mark.parametrize("octets", [b"%PDF-1.", b"%PDF-1.8", b""])
    def test_compares_with_what_was_announced(self, octets: bytes) -> None:
        """
        A byte less, or another one, is not the file that was announced.
        """
        e = Examen(PDF, taille=8, empreinte=sha256(b"%PDF-1.7").hexdigest())
        e.lire(octets)
        with pytest.raises(FichierRefuse):
            e.conclure()
