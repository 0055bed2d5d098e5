"""What a zip says of its members: its directory is read from its end, nothing is ever expanded."""

import re
import stat
import struct
from collections.abc import Sequence
from io import BytesIO
from zipfile import BadZipFile, ZipFile, ZipInfo

from solli_graphql.domain.errors import EntreeInvalide

FIN = 256 * 1024  # bytes of the end of a file that are kept: some 4,000 members
DEBUT, MEMBRE, FINALE_DEBUT = b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06"
FINALE = struct.Struct("<4s4H2LH")  # the record that ends a zip, but for its comment
COMMENTAIRE = 65535  # bytes that may follow that record
LOCAL = 30  # bytes before each member's name and content, at least
CHIFFRE = 0x2041  # flags of a member: encrypted, strongly, or its own description is
# Beyond both, what is inside is made to fill whoever expands it.
GONFLE_FOIS, GONFLE_OCTETS = 100, 64 * 1024**2
DISQUE = re.compile(r"[a-z]:", re.IGNORECASE)


class FichierRefuse(EntreeInvalide):
    """What was received is not what was announced; the message says why."""


def membres(fin: bytes, taille: int) -> list[ZipInfo]:
    """
    List the members of a zip of this size, which ends by these bytes.

    Raises FichierRefuse for one that is cut, that something precedes, follows or overlaps, is
    encrypted, would fill a disk, or whose names lead elsewhere.
    """
    avant = taille - len(fin)
    try:
        archive = ZipFile(BytesIO(fin))
    except (BadZipFile, ValueError, NotImplementedError, OSError, struct.error) as e:
        raise FichierRefuse("Cette archive est abîmée ou a trop de fichiers.") from e
    lus = sorted(archive.infolist(), key=lambda m: m.header_offset)
    if not lus:
        return []
    finale = len(fin) - FINALE.size - len(archive.comment)
    # Offsets count from the first byte: were there anything before, the first would not be 0.
    entier = lus[0].header_offset + avant == 0 and fin.startswith(FINALE_DEBUT, finale)
    if not entier or _chevauche(lus, archive.start_dir):
        raise FichierRefuse("Autre chose se trouve avant, après ou dans cette archive.")
    if any(m.flag_bits & CHIFFRE for m in lus):
        message = "Une archive chiffrée ne peut pas être contrôlée : envoyez-la sans mot de passe."
        raise FichierRefuse(message)
    if sum(m.file_size for m in lus) > max(GONFLE_FOIS * taille, GONFLE_OCTETS):
        raise FichierRefuse("Cette archive grossirait démesurément.")
    if any(_ailleurs(m) for m in lus):
        raise FichierRefuse("Cette archive contient un chemin ou un lien qui mène hors d'elle.")
    return lus


def _chevauche(lus: Sequence[ZipInfo], fin: int) -> bool:
    """Tell whether two members share bytes, or one goes on into the directory."""
    suivants = [*(m.header_offset for m in lus[1:]), fin]
    return any(
        m.header_offset + LOCAL + m.compress_size > suivant
        for m, suivant in zip(lus, suivants, strict=False)
    )


def _ailleurs(membre: ZipInfo) -> bool:
    """Tell whether a member would be written out of the folder where the archive is expanded."""
    nom = membre.orig_filename.replace("\\", "/")
    return (
        nom.startswith("/")
        or DISQUE.match(nom) is not None
        or ".." in nom.split("/")
        or "\0" in nom
        or stat.S_ISLNK(membre.external_attr >> 16)
    )


def cachee(fin: bytes, taille: int) -> bool:
    """Tell whether what ends by these bytes is a zip too, whatever it begins by."""
    avant, premier = taille - len(fin), max(len(fin) - FINALE.size - COMMENTAIRE, 0)
    for trouve in re.finditer(FINALE_DEBUT, fin[premier:]):
        ici = premier + trouve.start()
        if len(fin) - ici < FINALE.size:
            break
        *_, nombre, longueur, _, _ = FINALE.unpack_from(fin, ici)
        debut = ici - longueur
        if nombre and debut + avant >= 0 and (debut < 0 or fin.startswith(MEMBRE, debut)):
            return True
    return False
