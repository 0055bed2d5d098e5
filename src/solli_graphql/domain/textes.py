"""The texts that people type: cleaned, checked, and folded for searching."""

import re
import unicodedata
from functools import lru_cache

from solli_graphql.domain.errors import ChampInvalide, ErreurDeChamp

COURT, LONG = 200, 10_000
# Marks and letters that print nothing although Unicode calls them neither space nor format.
INVISIBLES = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u2800\u3164\uffa0")


def vide(texte: str) -> bool:
    """Tell whether a text shows nothing: blank, whitespace, zero-width or filler characters."""
    return all(map(invisible, texte))


@lru_cache(maxsize=1024)
def invisible(c: str) -> bool:
    """Tell whether a character shows nothing."""
    return unicodedata.category(c)[0] in "ZC" or c in INVISIBLES or _variante(c)


def _variante(c: str) -> bool:
    return "\ufe00" <= c <= "\ufe0f" or "\U000e0100" <= c <= "\U000e01ef"


def replier(*textes: str | None) -> str:
    """Fold texts for searching: NFKD, no marks, no case; one line of text per argument."""
    return "\n".join(_replier(t) for t in textes if t)


class _SansMarques(dict[int, int | None]):
    """For str.translate: drops combining marks, keeps the rest; learns each character once."""

    def __missing__(self, code: int) -> int | None:
        self[code] = None if unicodedata.combining(chr(code)) else code
        return self[code]


_SANS_MARQUES = _SansMarques()


def _replier(texte: str) -> str:
    if texte.isascii():
        return texte.lower()
    return unicodedata.normalize("NFKD", texte.casefold()).translate(_SANS_MARQUES).casefold()


_CONTROLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")  # category Cc, but for \n and \t


class Champs:
    """Reads the fields of one input and tells everything that is wrong with them at once."""

    def __init__(self) -> None:
        self.erreurs: list[ErreurDeChamp] = []

    def refuser(self, champ: str, code: str, message: str) -> None:
        """Note that a field is wrong; `verifier` raises once all have been read."""
        self.erreurs.append(ErreurDeChamp(champ, code, message))

    def texte(self, champ: str, valeur: str, *, maximum: int = LONG) -> str:
        """Read a mandatory text of at most `maximum` characters after NFC."""
        lu = self.facultatif(champ, valeur, maximum=maximum)
        if lu is None and not any(e.champ == champ for e in self.erreurs):
            self.refuser(champ, "OBLIGATOIRE", "Ce champ est obligatoire.")
        return lu or ""

    def facultatif(self, champ: str, valeur: str | None, *, maximum: int = LONG) -> str | None:
        """Read an optional text: one that shows nothing is None; CRLF becomes LF first."""
        if valeur is None:
            return None
        if len(valeur) > 4 * maximum:  # NFC never shortens a text that much
            self._trop_long(champ, maximum)
            return None
        texte = unicodedata.normalize("NFC", valeur.replace("\r\n", "\n"))
        if _CONTROLE.search(texte):
            self.refuser(champ, "FORMAT", "Ce texte contient un caractère de contrôle.")
            return None
        if len(texte) > maximum:
            self._trop_long(champ, maximum)
            return None
        return None if vide(texte) else texte.strip()

    def _trop_long(self, champ: str, maximum: int) -> None:
        nombre = f"{maximum:,}".replace(",", "\u202f")
        self.refuser(champ, "TROP_LONG", f"Ce texte dépasse {nombre} caractères.")

    def verifier(self) -> None:
        """Raise ChampInvalide with all that was noted, if anything was."""
        if self.erreurs:
            raise ChampInvalide(*self.erreurs)
