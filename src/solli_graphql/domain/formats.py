"""The types of files that can be told, each by what its bytes show: to be it, and nothing else."""

import codecs
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from solli_graphql.domain.archives import DEBUT, FichierRefuse, cachee, membres

TETE = 4096  # bytes of the beginning of a file that are kept
# A text holds no control character but tab, line ends and form feed.
CONTROLES = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f]")
UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
SIGNE = bytes.fromhex("06092a864886f70d010702")  # pkcs7-signedData, as DER writes it
INDEFINIE = 0x80  # instead of the length of a DER value, which two zeros end
PEM = re.compile(rb"-----BEGIN (PKCS7|CMS)-----\s.*\s-----END \1-----\s*", re.DOTALL)
BLANCS = b"\0\t\n\f\r "
# What browsers, servers, readers of PDFs and of archives look for beyond the first byte.
PAGE = rb"<(?:!doctype\s+html|(?:html|head|body|script|iframe|object|svg)[\s/>]|\?php\s)"
AUTRES = re.compile(rb"(?i:" + PAGE + rb")|%PDF-[12]|Rar!\x1a\x07|7z\xbc\xaf\x27\x1c")
TAR = slice(257, 262)
# What a text begins by that is another type, a page or a program.
TEXTE_AUTRE = re.compile(rb"\s*(?i:" + PAGE + rb"|%PDF-|%!PS|\{\\rtf|GIF8[79]a|#!/)")
XML_AUTRE = re.compile(
    rb"(?i:<!doctype\s+html|<(?:\w+:)?(?:html|script|svg)[\s/>]|<\?php\s|encoding\s*=\s*.utf-?7)"
    rb"|http://www\.w3\.org/(?:1999/xhtml|2000/svg|1999/XSL/Transform)"
)
FIN_PDF = re.compile(rb"startxref\s+(\d{1,10})\s+%%EOF[\0\s]*\Z")
FIN_PNG = b"\0\0\0\0IEND\xaeB`\x82"
MACROS = re.compile(
    r"(.*/)?vbaproject(signature)?\.bin|(.*/)?(macrosheets|activex)/.*"
    r"|(basic|scripts)/(?!(.*/)?script-l[bc]\.xml$).*[^/]",
    re.IGNORECASE | re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Vu:
    """What was kept of a file: its beginning (a text's, without UTF-16), its end, its size."""

    tete: bytes
    fin: bytes
    taille: int


Preuve = Callable[[Vu], bool]


@dataclass(frozen=True)
class Type:
    """A type of file: its extensions, other names of its MIME type, and how its bytes show it."""

    mime: str
    extensions: tuple[str, ...]
    est: Preuve
    alias: tuple[str, ...] = ()
    texte: bool = False
    interdit: str = ""  # what a text of this type does not hold anywhere


class Texte:
    """Reads a text as it comes, in UTF-16 if it says so, in any superset of ASCII otherwise."""

    def __init__(self, interdit: str) -> None:
        self._interdit, self._debut, self._suite = interdit, b"", ""
        self._decodeur: codecs.IncrementalDecoder | None = None
        self._tete, self._sain = "", True

    def lire(self, octets: bytes) -> None:
        """Take the next bytes."""
        if self._decodeur is None:
            self._debut += octets
            if len(self._debut) < len(UTF16[0]):
                return
            octets = self._commencer()
        self._juger(octets)

    def conclure(self) -> bytes | None:
        """Give its beginning, or None if it is no text."""
        self._juger(b"" if self._decodeur else self._commencer(), final=True)
        return self._tete.encode("latin-1", "replace") if self._sain else None

    def _commencer(self) -> bytes:
        codage = "utf-16" if self._debut.startswith(UTF16) else "latin-1"
        self._decodeur = codecs.getincrementaldecoder(codage)()
        return self._debut

    def _juger(self, octets: bytes, *, final: bool = False) -> None:
        if not self._sain or self._decodeur is None:
            return
        try:
            texte = self._decodeur.decode(octets, final)
        except UnicodeDecodeError:
            self._sain = False
            return
        self._tete += texte[: TETE - len(self._tete)]
        self._sain = CONTROLES.search(texte) is None
        if self._interdit:
            texte = self._suite + texte
            self._sain = self._sain and self._interdit not in texte
            self._suite = texte[1 - len(self._interdit) :]


def _seul(*signatures: bytes) -> Preuve:
    """Tell a type by its first bytes, and by nothing else that shows in the file."""

    def est(vu: Vu) -> bool:
        return (
            vu.tete.startswith(signatures)
            and AUTRES.search(vu.tete, 1) is None
            and vu.tete[TAR] != b"ustar"
            and not cachee(vu.fin, vu.taille)
        )

    return est


_commence_pdf = _seul(b"%PDF-1.", b"%PDF-2.")
_commence_png = _seul(b"\x89PNG\r\n\x1a\n")


def _pdf(vu: Vu) -> bool:
    """Tell a PDF by its end too, which nothing follows but blanks. Raises FichierRefuse."""
    if not _commence_pdf(vu):
        return False
    trouve = FIN_PDF.search(vu.fin, max(len(vu.fin) - TETE, 0))
    if trouve is None or int(trouve[1]) >= vu.taille:
        message = "Ce PDF n'est pas entier, ou autre chose le suit : enregistrez-le de nouveau."
        raise FichierRefuse(message)
    return True


def _png(vu: Vu) -> bool:
    return _commence_png(vu) and vu.fin.rstrip(BLANCS).endswith(FIN_PNG)


def _texte(vu: Vu) -> bool:
    return TEXTE_AUTRE.match(vu.tete.removeprefix(codecs.BOM_UTF8)) is None


def _xml(vu: Vu) -> bool:
    tete = vu.tete.removeprefix(codecs.BOM_UTF8).lstrip()
    return tete.startswith(b"<") and XML_AUTRE.search(tete) is None


def _noms(vu: Vu) -> list[str]:
    """List the members of a document. Raises FichierRefuse if one of them is a macro."""
    noms = [m.orig_filename for m in membres(vu.fin, vu.taille)]
    if any(MACROS.fullmatch(n) for n in noms):
        raise FichierRefuse("Ce document contient des macros : enregistrez-le sans elles.")
    return noms


def _zip(vu: Vu) -> bool:
    seul = vu.tete.startswith(DEBUT) and vu.tete[TAR] != b"ustar"
    return seul and bool(membres(vu.fin, vu.taille))


def _odf(mime: str) -> Preuve:
    """Tell an OpenDocument by its first member, which its standard imposes."""
    debut = b"mimetype" + mime.encode()

    def est(vu: Vu) -> bool:
        debute = vu.tete.startswith(DEBUT) and vu.tete[30:].startswith(debut)
        return debute and "mimetype" in _noms(vu)

    return est


def _ooxml(dossier: str) -> Preuve:
    """Tell an Office document by the names of its members."""

    def est(vu: Vu) -> bool:
        if not vu.tete.startswith(DEBUT):
            return False
        noms = _noms(vu)
        return "[Content_Types].xml" in noms and any(n.startswith(dossier) for n in noms)

    return est


def _p7m(vu: Vu) -> bool:
    if vu.tete[:1] != b"\x30":
        return PEM.fullmatch(vu.tete[:100] + b"\n" + vu.fin[-100:]) is not None
    return SIGNE in vu.tete[:32] and _entier(vu)


def _entier(vu: Vu) -> bool:
    """Tell whether a DER value ends where the file does."""
    premier = vu.tete[1]
    if premier == INDEFINIE:
        return vu.fin.endswith(b"\0\0")
    octets = premier & ~INDEFINIE if premier & INDEFINIE else 0
    longueur = int.from_bytes(vu.tete[2 : 2 + octets], "big") if octets else premier
    return 2 + octets + longueur == vu.taille


OFFICE = "application/vnd.openxmlformats-officedocument."
ODF = "application/vnd.oasis.opendocument."
TYPES = (
    Type("application/pdf", ("pdf",), _pdf, ("application/x-pdf",)),
    Type("image/png", ("png",), _png, ("image/x-png",)),
    Type("image/jpeg", ("jpg", "jpeg"), _seul(b"\xff\xd8\xff"), ("image/jpg", "image/pjpeg")),
    Type("image/tiff", ("tif", "tiff"), _seul(b"II*\x00", b"MM\x00*")),
    Type("text/plain", ("txt",), _texte, texte=True),
    Type("text/csv", ("csv",), _texte, ("application/csv",), texte=True),
    Type("text/xml", ("xml",), _xml, ("application/xml",), texte=True, interdit="<!ENTITY"),
    Type(f"{ODF}text", ("odt",), _odf(f"{ODF}text")),
    Type(f"{ODF}spreadsheet", ("ods",), _odf(f"{ODF}spreadsheet")),
    Type(f"{OFFICE}wordprocessingml.document", ("docx",), _ooxml("word/")),
    Type(f"{OFFICE}spreadsheetml.sheet", ("xlsx",), _ooxml("xl/")),
    Type(
        *("application/zip", ("zip",), _zip),
        ("application/x-zip-compressed", "application/x-zip"),
    ),
    Type("application/pkcs7-mime", ("p7m",), _p7m, ("application/x-pkcs7-mime",)),
)
EXTENSIONS: Mapping[str, Type] = {e: t for t in TYPES for e in t.extensions}
_MIMES: Mapping[str, Type] = {m: t for t in TYPES for m in (t.mime, *t.alias)}


def type_annonce(type_mime: str, admis: tuple[Type, ...]) -> Type | None:
    """Find the type that a client announces among those admitted (F3), or None."""
    trouve = _MIMES.get(type_mime.partition(";")[0].strip().lower())
    return trouve if trouve in admis else None


def types_admis(extensions: tuple[str, ...]) -> tuple[Type, ...]:
    """Give the types of these extensions. Raises KeyError for one that is not known."""
    return tuple(dict.fromkeys(EXTENSIONS[e.lower()] for e in extensions))
