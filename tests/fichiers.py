"""Files that tests send: one good one of each type, and how to send them."""

import io
import zipfile
from hashlib import sha256
from typing import Any

import httpx

from client import Client, Compte
from solli_graphql.domain.archives import FichierRefuse
from solli_graphql.domain.fichiers import Examen
from solli_graphql.domain.formats import EXTENSIONS, FIN_PNG, OFFICE

PREPARER = """
mutation($input: PreparerTeleversementInput!) { preparerTeleversement(input: $input) {
  __typename
  ... on TeleversementPrepare { televersement { id url methode entetes { nom valeur } } }
  ... on ChampInvalide { code champ erreurs { champ code message } }
  ... on AccesRefuse { code message }
} }"""
PIECES = """
query($id: ID!) { node(id: $id) { ... on Sollicitation { piecesJointes {
  id nomFichier typeMime taille sha256 etat url ajouteePar { nom }
} } } }"""


def archive(*noms: str, premier: bytes = b"") -> bytes:
    """Make a zip whose members have these names; `premier` is the content of the first."""
    sortie = io.BytesIO()
    with zipfile.ZipFile(sortie, "w", zipfile.ZIP_DEFLATED) as z:
        for n, nom in enumerate(noms):
            methode = zipfile.ZIP_STORED if n == 0 else zipfile.ZIP_DEFLATED
            z.writestr(zipfile.ZipInfo(nom), premier if n == 0 else b"<x/>", methode)
    return sortie.getvalue()


ODF = "application/vnd.oasis.opendocument."
FIN_PDF = b"startxref\n9\n%%EOF\n"
BONS: dict[str, tuple[str, bytes]] = {
    "pdf": ("application/pdf", b"%PDF-1.7\n" + FIN_PDF),
    "png": ("image/png", b"\x89PNG\r\n\x1a\n" + b"\0" * 30 + FIN_PNG),
    "jpg": ("image/jpeg", b"\xff\xd8\xff\xe0" + b"\0" * 30),
    "jpeg": ("image/jpeg", b"\xff\xd8\xff\xe1" + b"\0" * 30),
    "tif": ("image/tiff", b"II*\x00" + b"\0" * 30),
    "tiff": ("image/tiff", b"MM\x00*" + b"\0" * 30),
    "txt": ("text/plain", "Où en est la facture ?\r\n".encode()),
    "csv": ("text/csv", "numéro;montant\n1;2,50\n".encode("cp1252")),
    "xml": ("text/xml", b"\xef\xbb\xbf<?xml version='1.0'?><a/>"),
    "odt": (f"{ODF}text", archive("mimetype", "content.xml", premier=f"{ODF}text".encode())),
    "ods": (
        f"{ODF}spreadsheet",
        archive("mimetype", "content.xml", premier=f"{ODF}spreadsheet".encode()),
    ),
    "docx": (
        f"{OFFICE}wordprocessingml.document",
        archive("[Content_Types].xml", "_rels/.rels", "word/document.xml"),
    ),
    "xlsx": (
        f"{OFFICE}spreadsheetml.sheet",
        archive("[Content_Types].xml", "_rels/.rels", "xl/workbook.xml"),
    ),
    "zip": ("application/zip", archive("a.txt", "b.txt")),
    "p7m": ("application/pkcs7-mime", bytes.fromhex("308006092a864886f70d010702a080") + b"\0" * 9),
}
PDF = BONS["pdf"][1]


async def preparer(
    client: Client, par: Compte, octets: bytes = PDF, nom: str = "facture.pdf", **champs: Any
) -> Any:
    """Announce a file as somebody, and give the member that answers."""
    entree = {
        "nomFichier": nom,
        "typeMime": "application/pdf",
        "taille": len(octets),
        "sha256": sha256(octets).hexdigest(),
        **champs,
    }
    reply = await client.execute(PREPARER, par=par, input=entree)
    return reply.data["preparerTeleversement"]


async def envoyer(client: Client, url: str, octets: Any, **headers: str) -> httpx.Response:
    """Send bytes where they are awaited."""
    return await client.http.put(url, content=octets, headers=headers)


async def televerser(
    client: Client, par: Compte, octets: bytes = PDF, nom: str = "facture.pdf", **champs: Any
) -> str:
    """Announce and send a file; give the id to join it by."""
    membre = await preparer(client, par, octets, nom, **champs)
    prepare = membre["televersement"]
    r = await envoyer(client, prepare["url"], octets)
    assert r.status_code == 204, r.text
    gid: str = prepare["id"]
    return gid


async def lues(client: Client, par: Compte, gid: str) -> list[Any]:
    """Read the attachments of a sollicitation as somebody."""
    reply = await client.execute(PIECES, par=par, id=gid)
    assert reply.codes == [], reply.body
    return list(reply.data["node"]["piecesJointes"])


def garde(extension: str, octets: bytes) -> bool:
    """Tell whether bytes are kept as the type of this extension."""
    examen = Examen(EXTENSIONS[extension], taille=len(octets), empreinte=sha256(octets).hexdigest())
    for debut in range(0, len(octets), 65536):
        examen.lire(octets[debut : debut + 65536])
    try:
        examen.conclure()
    except FichierRefuse:
        return False
    return True
