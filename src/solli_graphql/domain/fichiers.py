"""The files that people join: their names made harmless, their content held to their type."""

import re
import unicodedata
from hashlib import sha256

from solli_graphql.domain.archives import FIN, FichierRefuse
from solli_graphql.domain.errors import LimiteDepassee
from solli_graphql.domain.formats import TETE, Texte, Type, Vu
from solli_graphql.domain.textes import COURT, INVISIBLES

SANS_NOM = "piece"
# What Windows takes for devices, whatever extension follows.
RESERVES = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9])", re.IGNORECASE)
INTERDITS = re.compile(r'[<>:"|?*;%`$]+')
EXTENSION = re.compile(r"\.[a-z0-9]{1,8}$", re.IGNORECASE)


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

    def __init__(self, type_: Type, *, taille: int, empreinte: str) -> None:
        self._type, self._attendus = type_, (taille, empreinte)
        self._somme, self.taille = sha256(), 0
        self._tete, self._fin = b"", bytearray()
        self._texte = Texte(type_.interdit) if type_.texte else None

    def lire(self, octets: bytes) -> None:
        """Take the next bytes. Raises FichierTropGros as soon as there are too many."""
        self.taille += len(octets)
        if self.taille > self._attendus[0]:
            raise FichierTropGros
        self._somme.update(octets)
        if self._texte is not None:
            self._texte.lire(octets)
            return
        if len(self._tete) < TETE:
            self._tete += octets[: TETE - len(self._tete)]
        self._fin += octets
        if len(self._fin) > 2 * FIN:
            del self._fin[:-FIN]

    def conclure(self) -> None:
        """Compare with what was announced. Raises FichierRefuse."""
        if (self.taille, self._somme.hexdigest()) != self._attendus:
            message = "Les octets reçus ne sont pas ceux annoncés : taille ou empreinte différente."
            raise FichierRefuse(message)
        tete = self._tete if self._texte is None else self._texte.conclure()
        if tete is None:
            message = "Ce fichier n'est pas un texte que l'on peut lire : enregistrez-le en UTF-8."
            raise FichierRefuse(message)
        if not self._type.est(Vu(tete, bytes(self._fin[-FIN:]), self.taille)):
            message = f"Ce fichier n'est pas du type annoncé ({self._type.mime})."
            raise FichierRefuse(message)
