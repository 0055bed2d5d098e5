"""The files that people join: their names made harmless, their content held to their type."""

import re
import unicodedata
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from io import BytesIO

from solli_graphql.domain.errors import EntreeInvalide, LimiteDepassee
from solli_graphql.domain.textes import COURT, INVISIBLES

TETE, FIN = 4096, 256 * 1024  # bytes of a file that are kept to know its type
SANS_NOM = "piece"
# What Windows takes for devices, whatever extension follows.
RESERVES = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9])", re.IGNORECASE)
INTERDITS = re.compile(r'[<>:"|?*;%`$]+')
EXTENSION = re.compile(r"\.[a-z0-9]{1,8}$", re.IGNORECASE)
# A text holds no control character but tab, line ends and form feed.
CONTROLES = re.compile(rb"[\x00-\x08\x0b\x0e-\x1f\x7f]")
SIGNE = bytes.fromhex("06092a864886f70d010702")  # pkcs7-signedData, as DER writes it


class FichierRefuse(EntreeInvalide):
    """What was received is not what was announced; the message says why."""


class FichierTropGros(LimiteDepassee):
    """More bytes came than were announced."""

    message = "Le fichier est plus grand qu'annoncé."


def nettoyer(nom: str, extensions: tuple[str, ...]) -> str:
    """
    Make any file name harmless, of 200 characters at most; no name is refused (F2).

    NFKC comes first, so that no look-alike becomes a separator afterwards. A name without one of
    the extensions of its type is given one: whatever it claimed to be, it is opened as its type.
    """
    brut = unicodedata.normalize("NFKC", nom[-2000:]).replace("\\", "/")
    base = next((p for p in reversed(brut.split("/")) if _visible(p).strip(" .")), "")
    # Again: what was dropped may have stood between a letter and its mark.
    base = unicodedata.normalize("NFKC", INTERDITS.sub("_", _visible(base))).rstrip(" .")
    trouvee, extension = EXTENSION.search(base), extensions[0]
    if trouvee and trouvee[0][1:].lower() in extensions:
        base, extension = base[: trouvee.start()], trouvee[0][1:]
    souche = " ".join(base.split()).lstrip(" .-~")
    if RESERVES.fullmatch(souche.partition(".")[0].strip()):
        souche = f"_{souche}"
    souche = souche[: COURT - len(extension) - 1].rstrip(" .")
    return f"{souche or SANS_NOM}.{extension}"


def _visible(texte: str) -> str:
    """Drop what shows nothing or changes how the rest is shown; every space is a space."""
    return "".join(
        " " if categorie == "Zs" or c in "\t\n" else c
        for c in texte
        if ((categorie := unicodedata.category(c))[0] != "C" or c in "\t\n")
        and categorie not in ("Zl", "Zp")
        and c not in INVISIBLES
    )


class Examen:
    """Reads a file as it comes, in constant memory: its size, its digest, what it is."""

    def __init__(self, type_: "Type", *, taille: int, empreinte: str) -> None:
        self._type, self._attendus = type_, (taille, empreinte)
        self._somme, self.taille = sha256(), 0
        self._tete = self._fin = b""
        self._texte = True

    def lire(self, octets: bytes) -> None:
        """Take the next bytes. Raises FichierTropGros as soon as there are too many."""
        self.taille += len(octets)
        if self.taille > self._attendus[0]:
            raise FichierTropGros
        self._somme.update(octets)
        if len(self._tete) < TETE:
            self._tete += octets[: TETE - len(self._tete)]
        if self._type.zip:
            self._fin = (self._fin + octets)[-FIN:]
        elif self._type.texte and self._texte:
            self._texte = CONTROLES.search(octets) is None

    def conclure(self) -> None:
        """Compare with what was announced. Raises FichierRefuse."""
        if (self.taille, self._somme.hexdigest()) != self._attendus:
            message = "Les octets reçus ne sont pas ceux annoncés : taille ou empreinte différente."
            raise FichierRefuse(message)
        if not (self._texte and self._type.est(self._tete, self._fin)):
            message = f"Ce fichier n'est pas du type annoncé ({self._type.mime})."
            raise FichierRefuse(message)


Preuve = Callable[[bytes, bytes], bool]


@dataclass(frozen=True)
class Type:
    """A type of file: its extensions, other names of its MIME type, and how its bytes show it."""

    mime: str
    extensions: tuple[str, ...]
    est: Preuve
    alias: tuple[str, ...] = ()
    texte: bool = False
    zip: bool = False


def _debut(*signatures: bytes) -> Preuve:
    return lambda tete, _: tete.startswith(signatures)


def _odf(mime: str) -> Preuve:
    """Tell an OpenDocument by its first member, which its standard imposes."""
    debut = b"mimetype" + mime.encode()
    return lambda tete, _: tete.startswith(b"PK\x03\x04") and tete[30:].startswith(debut)


def _ooxml(dossier: str) -> Preuve:
    """Tell an Office document by the names of its members; one with macros is none of these."""

    def est(tete: bytes, fin: bytes) -> bool:
        if not tete.startswith(b"PK\x03\x04"):
            return False
        try:  # the directory stands at the end: nothing is ever expanded
            noms = zipfile.ZipFile(BytesIO(fin)).namelist()
        except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError):
            return False
        macros = any(n.lower().endswith("vbaproject.bin") for n in noms)
        return (
            "[Content_Types].xml" in noms
            and any(n.startswith(dossier) for n in noms)
            and not macros
        )

    return est


def _p7m(tete: bytes, _: bytes) -> bool:
    der = tete[:1] == b"\x30" and SIGNE in tete[:32]
    return der or tete.startswith((b"-----BEGIN PKCS7-----", b"-----BEGIN CMS-----"))


def _xml(tete: bytes, _: bytes) -> bool:
    return tete.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"<")


def _tout(_: bytes, __: bytes) -> bool:
    return True


OFFICE = "application/vnd.openxmlformats-officedocument."
ODF = "application/vnd.oasis.opendocument."
TYPES = (
    Type("application/pdf", ("pdf",), _debut(b"%PDF-"), ("application/x-pdf",)),
    Type("image/png", ("png",), _debut(b"\x89PNG\r\n\x1a\n"), ("image/x-png",)),
    Type("image/jpeg", ("jpg", "jpeg"), _debut(b"\xff\xd8\xff"), ("image/jpg", "image/pjpeg")),
    Type("image/tiff", ("tif", "tiff"), _debut(b"II*\x00", b"MM\x00*")),
    Type("text/plain", ("txt",), _tout, texte=True),
    Type("text/csv", ("csv",), _tout, ("application/csv",), texte=True),
    Type("text/xml", ("xml",), _xml, ("application/xml",), texte=True),
    Type(f"{ODF}text", ("odt",), _odf(f"{ODF}text")),
    Type(f"{ODF}spreadsheet", ("ods",), _odf(f"{ODF}spreadsheet")),
    Type(f"{OFFICE}wordprocessingml.document", ("docx",), _ooxml("word/"), zip=True),
    Type(f"{OFFICE}spreadsheetml.sheet", ("xlsx",), _ooxml("xl/"), zip=True),
    Type(
        *("application/zip", ("zip",), _debut(b"PK\x03\x04", b"PK\x05\x06")),
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
