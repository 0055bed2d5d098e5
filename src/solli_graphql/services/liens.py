"""Personal links to what is downloaded: opaque, signed, and soon over."""

import hmac
import struct
import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error
from collections.abc import Callable
from enum import IntEnum
from typing import NamedTuple

DUREE = 300  # seconds
CHEMIN, ENVOIS = "/telechargements/", "/televersements/"
_CORPS = struct.Struct(">BQQI")  # 21 bytes, and 15 of signature: 48 characters, none of them loose
_SIGNATURE = 15


class Genre(IntEnum):
    """What a link leads to; a value is never used again for something else."""

    PDF = 1
    EXPORT = 2
    PIECE = 3
    TELEVERSEMENT = 4


class Lien(NamedTuple):
    """What a valid link says: it gives no right, only who asked for what."""

    genre: Genre
    objet_id: int
    acteur_id: int


class Liens:
    """Signs links and reads them back; whoever follows one must still have the rights."""

    def __init__(
        self, secret: bytes, *, base: str = "", horloge: Callable[[], float] = time.time
    ) -> None:
        self._cle = hmac.digest(secret, b"liens", "sha256")
        self._base, self._horloge = base.rstrip("/"), horloge

    def pour(self, acteur_id: int) -> Callable[[Genre, int], str]:
        """Give what makes the links of one person, for one answer."""
        fin, base = int(self._horloge()) + DUREE, self._base + CHEMIN
        return lambda genre, objet_id: base + self._signer(genre, objet_id, acteur_id, fin)

    def envoi(self, acteur_id: int, televersement_id: int) -> str:
        """Give where one person may send the bytes of one upload."""
        fin, genre = int(self._horloge()) + DUREE, Genre.TELEVERSEMENT
        return self._base + ENVOIS + self._signer(genre, televersement_id, acteur_id, fin)

    def lire(self, jeton: str) -> Lien | None:
        """Read a link that we signed and that is not over, or None."""
        try:
            genre, objet_id, acteur_id, fin = _CORPS.unpack(urlsafe_b64decode(jeton)[:-_SIGNATURE])
            juste = self._signer(genre, objet_id, acteur_id, fin)
            valide = hmac.compare_digest(juste, jeton) and self._horloge() < fin
            return Lien(Genre(genre), objet_id, acteur_id) if valide else None
        except (Error, struct.error, ValueError, TypeError):  # not one of ours
            return None

    def _signer(self, genre: int, objet_id: int, acteur_id: int, fin: int) -> str:
        corps = _CORPS.pack(genre, objet_id, acteur_id, fin)
        signature = hmac.digest(self._cle, corps, "sha256")[:_SIGNATURE]
        return urlsafe_b64encode(corps + signature).decode()
