"""Files that are two things at once, and archives that harm who expands them: made, never kept."""

import io
import struct
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from fichiers import BONS, archive
from magasins import EICAR
from solli_graphql.domain.formats import FIN_PNG

PAGE = b"<html><body onload=alert(1)></html>"


@dataclass(frozen=True)
class Cas:
    """A hostile file: what it is announced as, its bytes, and whether it may be kept."""

    nom: str
    extension: str
    octets: bytes
    garde: bool = False  # harmless: only ever given back, as it is, as an attachment of its type


def pdf(dedans: bytes = b"", apres: bytes = b"") -> bytes:
    """Make a PDF with bytes in an object, and after its end."""
    corps = b"%PDF-1.7\n1 0 obj<<>>stream\n" + dedans + b"\nendstream endobj\n"
    return corps + b"xref\n0 1\ntrailer<<>>\nstartxref\n%d\n%%%%EOF\n" % len(corps) + apres


def png(dedans: bytes = b"", apres: bytes = b"") -> bytes:
    """Make a PNG with a text, and bytes after its end."""
    texte = struct.pack(">I", len(dedans)) + b"tEXt" + dedans + b"\0\0\0\0"
    return b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR" + b"\0" * 17 + texte + FIN_PNG + apres


def jpg(dedans: bytes = b"", apres: bytes = b"") -> bytes:
    """Make a JPEG with a comment, and bytes after its end."""
    commentaire = b"\xff\xfe" + struct.pack(">H", len(dedans) + 2) + dedans
    return b"\xff\xd8\xff\xe0\0\x10JFIF\0" + b"\0" * 9 + commentaire + b"\xff\xd9" + apres


def tif(dedans: bytes = b"", apres: bytes = b"") -> bytes:
    """Make a TIFF with bytes among its own, and after them."""
    return b"II*\0" + struct.pack("<I", 8 + len(dedans)) + dedans + b"\0" * 6 + apres


def p7m(dedans: bytes = b"", apres: bytes = b"") -> bytes:
    """Make a signed message with bytes in it, and after it."""
    corps = bytes.fromhex("06092a864886f70d010702") + dedans
    return b"\x30\x82" + struct.pack(">H", len(corps)) + corps + apres


def zippe(**membres: bytes) -> bytes:
    """Make a zip of members as they are."""
    sortie = io.BytesIO()
    with zipfile.ZipFile(sortie, "w") as z:
        for nom, octets in membres.items():
            z.writestr(zipfile.ZipInfo(nom), octets)
    return sortie.getvalue()


def docx(dedans: bytes = b"", apres: bytes = b"") -> bytes:
    """Make a document with a member of these bytes, and bytes after its end."""
    membres = {"[Content_Types].xml": b"<x/>", "word/document.xml": b"<x/>", "word/a": dedans}
    return zippe(**membres) + apres


def odt(dedans: bytes = b"", apres: bytes = b"") -> bytes:
    """Make a text with a member of these bytes, and bytes after its end."""
    return zippe(mimetype=BONS["odt"][0].encode(), a=dedans) + apres


def zip_(dedans: bytes = b"", apres: bytes = b"") -> bytes:
    """Make a zip with a member of these bytes, and bytes after its end."""
    return zippe(a=dedans) + apres


def tar(nom: str = "a.txt", lien: str = "") -> bytes:
    """Make a tar with one member, a link if told to where."""
    sortie = io.BytesIO()
    with tarfile.open(fileobj=sortie, mode="w") as t:
        membre = tarfile.TarInfo(nom)
        membre.type, membre.linkname = (tarfile.SYMTYPE, lien) if lien else (tarfile.REGTYPE, "")
        t.addfile(membre)
    return sortie.getvalue()


HOTES: dict[str, Callable[[bytes, bytes], bytes]] = {
    "pdf": pdf,
    "png": png,
    "jpg": jpg,
    "tif": tif,
    "zip": zip_,
    "docx": docx,
    "odt": odt,
    "p7m": p7m,
}
CHARGES = {
    "html": PAGE,
    "svg": b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
    "js": b"<script>alert(1)</script>",
    "php": b"<?php system($_GET['c']); ?>",
    "jar": archive("META-INF/MANIFEST.MF", "A.class"),
    "rar": b"Rar!\x1a\x07\x01\x00" + b"\0" * 30,
    "7z": b"7z\xbc\xaf\x27\x1c\0\x04" + b"\0" * 30,
    "exe": b"MZ\x90\x00" + b"\0" * 60 + b"PE\0\0",
    "ole": bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 30,
}
ARCHIVES = {"zip", "docx", "odt"}


def croises() -> Iterator[Cas]:
    """Put each thing before, inside and well after each type of file."""
    for hote, faire in HOTES.items():
        for charge, octets in CHARGES.items():
            nom, programme = f"{charge}-{hote}", charge in ("exe", "ole")
            yield Cas(f"{nom}-avant", hote, octets + faire(b"", b""))
            # A member of an archive may be anything; a program only runs from the first byte.
            garde = hote in ARCHIVES | {"p7m"} or programme
            yield Cas(f"{nom}-dedans", hote, faire(octets, b""), garde=garde)
            # What follows a photograph is often more of it; only a zip is looked for so far.
            garde = hote in ("jpg", "tif") and charge != "jar"
            yield Cas(f"{nom}-apres", hote, faire(b"", b"\0" * 5000 + octets), garde=garde)


ENTITES = b'<!DOCTYPE a [<!ENTITY b "bbbb"><!ENTITY c "&b;&b;">]><a>&c;</a>'
XSS = b"<a xmlns:h='http://www.w3.org/1999/xhtml'><h:script>alert(1)</h:script></a>"
TEXTES: dict[str, tuple[str, bytes, bool]] = {
    **{f"{n}-{e}": (e, o, False) for e in ("txt", "csv") for n, o in CHARGES.items()},
    **{
        f"{n}-bom-{e}": (e, b"\xef\xbb\xbf\n " + o, False)
        for e in ("txt", "csv")
        for n, o in CHARGES.items()
        if n in ("html", "svg", "js", "php")
    },
    "doctype": ("txt", b"<!DOCTYPE HTML><title>x</title>", False),
    "iframe": ("txt", b"<IFRAME src=//a></IFRAME>", False),
    "pdf-txt": ("txt", b"%PDF-1.7\n%%EOF\n", False),
    "ps": ("txt", b"%!PS-Adobe-3.0\n(a) run\n", False),
    "rtf": ("txt", rb"{\rtf1{\object\objdata 01}}", False),
    "gif-js": ("txt", b"GIF89a=1;alert(1)", False),
    "shell": ("txt", b"#!/bin/sh\nrm -rf ~\n", False),
    "html-utf16": ("txt", PAGE.decode().encode("utf-16"), False),
    "html-utf32": ("txt", PAGE.decode().encode("utf-32"), False),
    "mz-utf16": ("csv", b"\xff\xfeMZ\x90\x00\x00\x00", False),
    "utf16-impair": ("csv", "a;b".encode("utf-16") + b"x", False),
    "utf16-demi": ("csv", b"\xff\xfe\x00\xd8a\x00", False),
    "echappement": ("txt", b"\x1b]0;x\x07\x1b[2J", False),
    "utf7": ("txt", b"+ADw-script+AD4-alert(1)+ADw-/script+AD4-", True),
    "mz-texte": ("txt", b"MZ est une enseigne.\r\n", True),
    "eicar": ("txt", EICAR, True),  # it is a text; the antivirus says what else it is
    "html-loin": ("txt", b"Bonjour.\n" + PAGE, True),
    "url": ("txt", b"[InternetShortcut]\r\nURL=file://a/b.exe\r\n", True),
    "eml": ("txt", b"MIME-Version: 1.0\r\nContent-Type: text/html\r\n\r\n" + PAGE, True),
    "formule": ("csv", b"=cmd|' /C calc'!A0;2\r\n", True),
    "bat": ("txt", b"@echo off\r\ndel /q *.*\r\n", True),
    "entites": ("xml", ENTITES, False),
    "entites-loin": ("xml", b"<!--" + b"a" * 9000 + b"-->" + ENTITES, False),
    "entites-utf16": ("xml", ENTITES.decode().encode("utf-16"), False),
    "xxe": ("xml", b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>', False),
    "xxe-parametre": ("xml", b'<!DOCTYPE a [<!ENTITY % b SYSTEM "http://a/b"> %b;]><a/>', False),
    "xml-svg": ("xml", b"<?xml version='1.0'?>" + CHARGES["svg"], False),
    "xml-svg-prefixe": ("xml", b"<s:svg xmlns:s='http://www.w3.org/2000/svg'/>", False),
    "xml-xhtml": ("xml", XSS, False),
    "xml-html": ("xml", PAGE, False),
    "xml-xslt": ("xml", b"<t xmlns='http://www.w3.org/1999/XSL/Transform'/>", False),
    "xml-utf7": ("xml", b"<?xml version='1.0' encoding='UTF-7'?>+ADw-script+AD4-", False),
    "xml-php": ("xml", b"<?php system('id'); ?>", False),
    "xml-dtd": ("xml", b"<!DOCTYPE a SYSTEM 'http://a/b.dtd'><a/>", True),  # nobody reads it here
}


def particuliers() -> Iterator[Cas]:
    """Give those that are like no other."""
    jar, fin = CHARGES["jar"], b"\nstartxref\n9\n%%EOF\n"
    yield Cas("gifar", "jpg", b"GIF89a" + b"\0" * 20 + jar)
    yield Cas("gifar-zip", "zip", b"GIF89a" + b"\0" * 20 + jar)
    commente = jar[:-2] + struct.pack("<H", len(fin)) + fin
    yield Cas("pdf-zip-commentaire", "pdf", b"%PDF-1.7\n" + commente)
    yield Cas("zip-pdf", "zip", b"%PDF-1.7\n" + commente)
    yield Cas("pdf-sans-fin", "pdf", b"%PDF-1.7\n1 0 obj<<>>endobj\n")
    yield Cas("pdf-sans-table", "pdf", b"%PDF-1.7\n%%EOF\n")
    yield Cas("pdf-loin", "pdf", b"%PDF-1.7\nstartxref\n99999\n%%EOF\n")
    yield Cas("pdf-decale", "pdf", b"\n" + pdf())
    yield Cas("pdf-bom", "pdf", b"\xef\xbb\xbf" + pdf())
    yield Cas("fdf", "pdf", b"%FDF-1.2\n%%EOF\n")
    yield Cas("pdf-html-fin", "pdf", pdf(apres=PAGE))
    yield Cas("pdf-deux", "pdf", pdf(pdf()))
    yield Cas("tar-pdf", "pdf", tar("%PDF-1.7") + fin)
    yield Cas("png-pdf", "png", png(pdf()))
    yield Cas("png-reste", "png", png(apres=b"\0IDAT de la copie entiere"))
    yield Cas("jpg-pdf", "jpg", jpg(pdf()))
    yield Cas("tif-pdf", "tif", tif(pdf()))
    js = b"\xff\xd8\xff\xe0/*JFIF\0" + b"\0" * 9 + b"*/=1;alert(1)"
    yield Cas("jpg-js", "jpg", js, garde=True)  # no page takes an image/jpeg for a script
    yield Cas("jpg-mp4", "jpg", jpg(apres=b"\0\0\0\x18ftypmp42"), garde=True)
    yield Cas("p7m-enveloppe", "p7m", bytes.fromhex("308006092a864886f70d010703") + b"\0" * 9)
    for exe in (b"\x7fELF\x02", b"\xca\xfe\xba\xbe", b"FWS\x09", b"L\0\0\0\x01\x14\x02\0"):
        yield Cas(f"programme-{exe[:3].hex()}", "pdf", exe + pdf())
    for nom, (extension, octets, garde) in TEXTES.items():
        yield Cas(nom, extension, octets, garde)


def macros() -> Iterator[Cas]:
    """Give documents that run something."""
    office = {
        "docx": ("word/document.xml", "word/vbaProject.bin", "word/activeX/activeX1.bin"),
        "xlsx": ("xl/workbook.xml", "xl/VBAPROJECT.BIN", "xl/macrosheets/sheet1.xml"),
    }
    for e, (corps, *programmes) in office.items():
        for p in programmes:
            yield Cas(f"macro-{p}", e, archive("[Content_Types].xml", corps, p))
    for e in ("odt", "ods"):
        for p in ("Basic/Standard/Module1.xml", "Scripts/python/a.py"):
            mime = BONS[e][0].encode()
            yield Cas(f"macro-{e}-{p}", e, archive("mimetype", p, premier=mime))
    yield Cas("docx-xlsx", "docx", archive("[Content_Types].xml", "xl/workbook.xml"))
    yield Cas("ole-doc", "docx", CHARGES["ole"])
    ole = archive("[Content_Types].xml", "word/document.xml", "word/embeddings/oleObject1.bin")
    yield Cas("docx-ole", "docx", ole, garde=True)  # a sheet in a letter is an OLE object too
