"""Archives that harm who expands them: made, never kept."""

import bz2
import gzip
import io
import lzma
import stat
import struct
import zipfile
from collections.abc import Callable, Iterator

from fichiers import BONS, archive
from polyglottes import CHARGES, PAGE, Cas, croises, macros, particuliers, tar, zippe
from quine import quine

BOMBE = 65 * 1024**2  # bytes that an archive of some kilobytes becomes
Marque = Callable[[zipfile.ZipInfo], None]


def avec(nom: str, octets: bytes = b"x", marque: Marque = lambda _: None) -> bytes:
    """Make a zip of one deflated member, which is marked first."""
    sortie, membre = io.BytesIO(), zipfile.ZipInfo("a")
    membre.filename, membre.compress_type = nom, zipfile.ZIP_DEFLATED
    marque(membre)
    with zipfile.ZipFile(sortie, "w") as z:
        z.writestr(membre, octets)
    return sortie.getvalue()


def lien(membre: zipfile.ZipInfo) -> None:
    membre.create_system, membre.external_attr = 3, (stat.S_IFLNK | 0o777) << 16


def repertoire(zip_: bytes, decalage: int, valeur: bytes) -> bytes:
    """Change bytes of the first member in the directory of a zip."""
    ici = zip_.index(b"PK\x01\x02") + decalage
    return zip_[:ici] + valeur + zip_[ici + len(valeur) :]


def chevauches(combien: int) -> bytes:
    """Make a zip whose directory names the same bytes many times."""
    un = zippe(a=b"\0" * 1000)
    debut, fin = un.index(b"PK\x01\x02"), un.rindex(b"PK\x05\x06")
    noms = un[debut:fin] * combien
    finale = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, combien, combien, len(noms), debut, 0)
    return un[:debut] + noms + finale


def grosse(extension: str) -> bytes:
    """Make a document of which one member becomes enormous."""
    premier = ("mimetype", BONS[extension][0].encode()) if extension in ("odt", "ods") else None
    corps = {"docx": "word/document.xml", "xlsx": "xl/workbook.xml"}.get(extension, "content.xml")
    sortie = io.BytesIO()
    with zipfile.ZipFile(sortie, "w") as z:
        z.writestr(*(premier or ("[Content_Types].xml", b"<x/>")))
        z.writestr(corps, b" " * BOMBE, zipfile.ZIP_DEFLATED)
    return sortie.getvalue()


def emboitee(niveaux: int) -> bytes:
    octets = b"\0" * 1_000_000
    for n in range(niveaux):
        octets = avec(f"{n}.zip", octets)
    return octets


def mortes() -> Iterator[Cas]:
    """Give zips that fill a disk or a memory, or are not what their directory says."""
    bombe = avec("a", b"\0" * BOMBE)
    yield Cas("bombe", "zip", bombe)
    for extension in ("docx", "xlsx", "odt", "ods"):
        yield Cas(f"bombe-{extension}", extension, grosse(extension))
    yield Cas("chevauches", "zip", chevauches(200))
    yield Cas("innombrables", "zip", archive(*(f"{n:05}" for n in range(6000))))
    yield Cas("emboitee", "zip", emboitee(12), garde=True)  # expanded by nobody here
    yield Cas("quine", "zip", quine(), garde=True)
    yield Cas("menteuse", "zip", repertoire(bombe, 24, struct.pack("<I", 10)), garde=True)
    yield Cas("deux-fois-le-meme-nom", "zip", archive("a", "b").replace(b"b", b"a"), garde=True)
    yield Cas("coupee", "zip", bombe[:-10])
    yield Cas("sans-repertoire", "zip", bombe[: bombe.index(b"PK\x01\x02")])
    yield Cas("vide", "zip", b"PK\x05\x06" + b"\0" * 18)
    yield Cas("decalee", "zip", repertoire(archive("a"), 42, struct.pack("<I", 5)))
    commentaire = avec("a")[:-2] + struct.pack("<H", len(PAGE)) + PAGE
    yield Cas("commentaire", "zip", commentaire, garde=True)
    yield Cas("commentaire-faux", "zip", commentaire + b"x")
    yield Cas("prefixe", "zip", PAGE + avec("a"))
    yield Cas("deux", "zip", avec("a") + avec("b"))
    yield Cas("autoextractible", "zip", CHARGES["exe"] + avec("a"))


def noms() -> Iterator[Cas]:
    """Give zips whose members would be written elsewhere, or cannot be looked at."""
    for nom in ("../../etc/passwd", "/etc/passwd", "C:\\a.exe", "a\\..\\..\\b", "a/../../b"):
        yield Cas(f"nom-{nom}", "zip", avec(nom))
    yield Cas("nom-nul", "zip", avec("aXtxt").replace(b"aXtxt", b"a\0txt"))
    yield Cas("lien", "zip", avec("a", b"/etc/passwd", lien))
    yield Cas("double-extension", "zip", avec("facture.pdf.exe", CHARGES["exe"]), garde=True)
    yield Cas("chiffree", "zip", repertoire(avec("a"), 8, b"\x01\x00"))
    yield Cas("chiffree-fort", "zip", repertoire(avec("a"), 8, b"\x41\x00"))
    yield Cas("docx-traverse", "docx", archive("[Content_Types].xml", "word/a", "../../b"))


def autres() -> Iterator[Cas]:
    """Give archives of other kinds, announced as zips."""
    contenus = {
        "gz": gzip.compress(b"\0" * 10**6),
        "bz2": bz2.compress(b"\0" * 10**6),
        "xz": lzma.compress(b"\0" * 10**6),
        "zst": b"\x28\xb5\x2f\xfd\x24\x01\x09\0\0a" + b"\0" * 4,
        "tar": tar(),
        "tar-lien": tar(lien="/etc"),
        "tar-chemin": tar("../../a"),
        "tar-zip": tar("PK\x03\x04") + avec("a"),
        "tar-gz": gzip.compress(tar()),
        "7z": CHARGES["7z"],
        "rar": CHARGES["rar"],
        "rar4": b"Rar!\x1a\x07\x00" + b"\0" * 30,
        "cab": b"MSCF\0\0\0\0" + b"\0" * 30,
        "ar": b"!<arch>\ndebian-binary   \n",
        "iso": b"\0" * 32769 + b"CD001",
        "lzh": b"\x1f\x00-lh5-" + b"\0" * 30,
    }
    for nom, octets in contenus.items():
        yield Cas(nom, "zip", octets)


def polyglottes() -> list[Cas]:
    """Give every file that is two things at once, or runs something."""
    return [*croises(), *particuliers(), *macros()]


def archives() -> list[Cas]:
    """Give every archive that harms."""
    return [*mortes(), *noms(), *autres()]
