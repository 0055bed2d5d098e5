"""Which characters can be printed: what no font has is replaced, visibly."""

import atexit
import re
import unicodedata
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from solli_graphql.domain.textes import INVISIBLES

REMPLACANT = "\ufffd"
COUPURE = "\u200b"
MOT = 30  # characters after which a word may be cut, for want of a better place
PAQUETS = ("manimgx_fonts", "manimgx_fonts_cjk")
CJK = "NotoSansCJK-VF.otf.ttc"
CHINOIS = 2  # of the five fonts of that file, which have the same characters
_JOINTS = "\u200c\u200d"  # they make emoji and Persian words
_TEINTS = range(0x1F3FB, 0x1F400)
_SIGNES = frozenset("\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u08e2")  # Cf, but seen
_SIMPLES = frozenset(map(chr, (*range(0x20, 0x7F), *range(0xC0, 0x100)))) | frozenset("«»°\xa0")
_LIGNES = re.compile("\r\n|[\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
_LONG = re.compile(rf"\S{{{MOT + 1},}}")


@dataclass(frozen=True)
class Police:
    """A font file."""

    chemin: Path

    @cached_property
    def _lue(self) -> Any:
        from fontTools.ttLib import TTFont  # noqa: PLC0415 - a tenth of a second, once

        font = TTFont(self.chemin, fontNumber=CHINOIS if self.chemin.name == CJK else -1, lazy=True)
        atexit.register(font.close)
        font.setGlyphOrder(range(font["maxp"].numGlyphs))  # names of glyphs take seconds to read
        return font

    @property
    def famille(self) -> str:
        """Give the name of its family."""
        return str(self._lue["name"].getBestFamilyName())

    @cached_property
    def caracteres(self) -> frozenset[str]:
        """Give the characters it has."""
        tous = map(chr, self._lue.getBestCmap())
        return frozenset(c for c in tous if unicodedata.category(c) not in ("Cc", "Co"))


def dossiers() -> list[str]:
    """List the folders of the fonts."""
    return [str(files(paquet)) for paquet in PAQUETS]


@cache
def polices() -> Sequence[Police]:
    """List the fonts in the order in which they are tried: that of most texts first."""
    chemins = [c for d in dossiers() for c in Path(d).iterdir() if c.suffix in (".ttf", ".ttc")]
    droites = [c for c in chemins if "Italic" not in c.name]
    rang = {"NotoSans[wght].ttf": 0, CJK: 2}
    return [Police(c) for c in sorted(droites, key=lambda c: (rang.get(c.name, 1), c.name))]


@cache
def _courants() -> frozenset[str]:
    """Give the characters of the first font that need no thought."""
    premiers = polices()[0].caracteres
    return frozenset(c for c in premiers if unicodedata.category(c)[0] in "LNPSZ") | {"\n"}


def imprimable(texte: str) -> str:
    """
    Give the text that is printed for a text that somebody typed.

    Bidi controls and other invisible characters are left out; what no font prints is U+FFFD.
    """
    texte = _LIGNES.sub("\n", texte).replace("\t", "  ")
    if not _courants().issuperset(texte):
        texte = "".join(_imprime(amas) for amas in _amas(_sans_invisibles(texte)))
    return _LONG.sub(lambda m: _coupe(m[0]), texte)


def appauvri(texte: str) -> str:
    """Give a text that prints whatever happens: plain letters and signs, the rest replaced."""
    lignes = _LIGNES.sub("\n", texte)
    simple = "".join(c if c in "\n’…€" or c in _SIMPLES else REMPLACANT for c in lignes)
    return _LONG.sub(lambda m: _coupe(m[0]), simple)


def _sans_invisibles(texte: str) -> str:
    """Leave out what only changes how others are shown, or shows nothing."""
    return "".join(c for c in texte if c in _JOINTS or not _invisible(c))


def _invisible(c: str) -> bool:
    if unicodedata.category(c) == "Cf":
        return c not in _SIGNES
    return c in INVISIBLES or "\ufe00" <= c <= "\ufe0f" or "\U000e0000" <= c <= "\U000e0fff"


def _amas(texte: str) -> Iterator[str]:
    """Cut a text where a font may change: a mark and what a joiner joins stay with their base."""
    amas = ""
    for c in texte:
        suite = unicodedata.category(c)[0] == "M" or c in _JOINTS or ord(c) in _TEINTS
        if amas and not suite and not amas.endswith("\u200d"):
            yield amas
            amas = ""
        amas += c
    if amas:
        yield amas


@lru_cache(maxsize=4096)
def _imprime(amas: str) -> str:
    """Print a cluster with one font, or what the font of its base has of it."""
    if any(p.caracteres.issuperset(amas) for p in polices()):
        return amas
    base: Container[str] = next((p.caracteres for p in polices() if amas[0] in p.caracteres), ())
    return "".join(c if c in base else REMPLACANT for c in amas if c in base or c not in _JOINTS)


def _coupe(mot: str) -> str:
    """Let a long word be cut, here and there, between two of its clusters."""
    lignes, longueur = [""], 0
    for amas in _amas(mot):
        if longueur >= MOT:
            lignes.append("")
            longueur = 0
        lignes[-1] += amas
        longueur += 1
    return COUPURE.join(lignes)
