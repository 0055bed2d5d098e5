"""Some attachments for the demonstration: small files, always the same, that really open."""

import struct
import zlib
from collections.abc import AsyncIterator
from datetime import datetime
from hashlib import sha256
from typing import Any

from solli_graphql.domain.acteur import Acteur
from solli_graphql.domain.objets import EtatPieceJointe
from solli_graphql.storage import Storage

OBJETS = (
    "<</Type/Catalog/Pages 2 0 R>>",
    "<</Type/Pages/Kids[3 0 R]/Count 1>>",
    "<</Type/Page/Parent 2 0 R/MediaBox[0 0 420 200]/Contents 4 0 R/Resources 5 0 R>>",
)
POLICE = "<</Font<</F1<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>>>"


class Pieces:
    """The attachments made so far: their rows, then their bytes."""

    def __init__(self) -> None:
        self._octets: dict[str, bytes] = {}

    @property
    def nombre(self) -> int:
        """Tell how many there are."""
        return len(self._octets)

    def de(self, sollicitation_id: int, auteur: Acteur, date: datetime) -> list[dict[str, Any]]:
        """Give the rows of the attachments of one sollicitation."""
        faits = fichiers(sollicitation_id)
        return [
            self._row(sollicitation_id, auteur, date, *fichier)
            for fichier in faits[: 1 + sollicitation_id // 2 % len(faits)]
        ]

    def _row(
        self, id_: int, auteur: Acteur, date: datetime, nom: str, type_mime: str, octets: bytes
    ) -> dict[str, Any]:
        tire = sha256(f"demo {id_} {nom}".encode()).hexdigest()[:32]
        cle = f"{tire[:2]}/{tire[2:4]}/{tire}"
        self._octets[cle] = octets
        return {
            "id": self.nombre,
            "sollicitation_id": id_,
            "nom_fichier": nom,
            "type_mime": type_mime,
            "taille": len(octets),
            "sha256": sha256(octets).hexdigest(),
            "date_ajout": date,
            "auteur_nom": auteur.nom,
            "auteur_prenom": auteur.prenom,
            "auteur_id": auteur.id,
            "etat": EtatPieceJointe.DISPONIBLE,
            "cle": cle,
        }

    async def ecrire(self, storage: Storage) -> None:
        """Write the bytes of them all: a few dozen files."""
        for cle, octets in self._octets.items():
            await storage.ecrire(cle, _un(octets))


async def _un(octets: bytes) -> AsyncIterator[bytes]:
    yield octets


def fichiers(rang: int) -> list[tuple[str, str, bytes]]:
    """Make the files of a sollicitation: names, types, bytes."""
    lignes = f"\ufeffnumero;libelle;montant\r\n{rang};Fournitures;{rang % 900},00\r\n"
    return [
        (f"facture-{rang:05d}.pdf", "application/pdf", _pdf(rang)),
        (f"détail des lignes {rang}.csv", "text/csv", lignes.encode()),
        (f"capture d'écran {rang}.png", "image/png", _png(rang)),
    ]


def _pdf(rang: int) -> bytes:
    """Print a line on a page."""
    page = f"BT /F1 16 Tf 40 120 Td (Facture de demonstration {rang}) Tj ET"
    pdf, table = "%PDF-1.4\n", "0000000000 65535 f \n"
    contenu = f"<</Length {len(page)}>>stream\n{page}\nendstream "
    for n, objet in enumerate((*OBJETS, contenu, POLICE), 1):
        table += f"{len(pdf):010} 00000 n \n"
        pdf += f"{n} 0 obj{objet}endobj\n"
    suite = f"xref\n0 6\n{table}trailer<</Root 1 0 R/Size 6>>\nstartxref\n{len(pdf)}\n%%EOF\n"
    return (pdf + suite).encode()


def _png(rang: int) -> bytes:
    """Draw a plain rectangle, of a colour of its own."""
    largeur, hauteur = 160, 90
    couleur = bytes((60 + rang * 7 % 160, 90 + rang * 3 % 120, 150))
    pixels = zlib.compress((b"\0" + couleur * largeur) * hauteur, 9)
    entete = struct.pack(">IIBBBBB", largeur, hauteur, 8, 2, 0, 0, 0)
    blocs = ((b"IHDR", entete), (b"IDAT", pixels), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(d)) + n + d + struct.pack(">I", zlib.crc32(n + d)) for n, d in blocs
    )
