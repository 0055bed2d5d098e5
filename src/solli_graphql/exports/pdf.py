"""The PDF of a sollicitation, as its reader sees it: tagged, for archives, from text alone."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson
import structlog

from solli_graphql.domain.errors import Occupe
from solli_graphql.domain.numeros import PARIS
from solli_graphql.exports.glyphes import REMPLACANT, appauvri, dossiers, imprimable, polices
from solli_graphql.logs import trace

if TYPE_CHECKING:
    import typst

MODELE = Path(__file__).with_name("sollicitation.typ")
TEXTES_MAXIMUM = 150_000  # characters of all comments, and again of all history lines
RARES = 2_000
ATTENTE, DELAI = 16, 30  # PDFs that may wait for the thread, and for how many seconds
MOIS = (
    "janvier février mars avril mai juin juillet août septembre octobre novembre décembre"
).split()
UNITES = ("octets", "Kio", "Mio", "Gio")
log = structlog.get_logger()


class Atelier:
    """Makes PDFs in one thread: typst leaves the interpreter free meanwhile."""

    def __init__(self) -> None:
        self._fil = ThreadPoolExecutor(1, thread_name_prefix="pdf")
        self._en_attente = 0

    async def rendre(self, fiche: Mapping[str, Any], lecteur: str, maintenant: datetime) -> bytes:
        """Render a fiche when its turn comes. Raises Occupe past 16 in the queue, or 30 seconds."""
        if self._en_attente >= ATTENTE:
            raise Occupe
        self._en_attente += 1
        travail = self._fil.submit(rendre, fiche, lecteur, maintenant)
        try:
            return await asyncio.wait_for(asyncio.wrap_future(travail), DELAI)
        except TimeoutError as e:
            raise Occupe from e
        finally:
            self._en_attente -= 1

    def close(self) -> None:
        """Let the thread go, once it has done what it does."""
        self._fil.shutdown(wait=False, cancel_futures=True)


def rendre(fiche: Mapping[str, Any], lecteur: str, maintenant: datetime) -> bytes:
    """
    Render what `graphql/fiche.py` reads, for a reader named in the footer.

    A text that typst refuses against all expectation is printed without what is unusual in it.
    """
    import typst  # noqa: PLC0415 - large, and a process that makes no PDF does without

    donnees = borner(presenter(fiche, lecteur, maintenant))
    try:
        return composer(_partout(donnees, imprimable), maintenant)
    except typst.TypstError as e:
        log.error("pdf_appauvri", **trace(e))  # noqa: TRY400 - see trace
        return composer(_partout(donnees, appauvri), maintenant)


def composer(donnees: Mapping[str, Any], maintenant: datetime) -> bytes:
    """Set texts that can be printed. They are data to the template, never its markup."""
    sys_inputs = {
        "donnees": orjson.dumps(donnees).decode(),
        "polices": orjson.dumps([p.famille for p in polices()]).decode(),
    }
    compose: Any = _compilateur().compile(
        format="pdf",
        sys_inputs=sys_inputs,
        pdf_standards=["ua-1", "a-2a"],
        timestamp=int(maintenant.timestamp()),
    )
    # A compressed stream that ends with CR, before the LF of `endstream`: its length is ambiguous.
    return bytes(compose).replace(b"\r\nendstream", b"\r\rendstream")


@cache
def _compilateur() -> "typst.Compiler":
    import typst  # noqa: PLC0415

    return typst.Compiler(
        str(MODELE), root=str(MODELE.parent), font_paths=dossiers(), ignore_system_fonts=True
    )


def presenter(fiche: Mapping[str, Any], lecteur: str, maintenant: datetime) -> dict[str, Any]:
    """Give the words of the template: dates and sizes as they are read."""
    commentaires = list(reversed(fiche["commentairesEmetteur"]))
    recents, anciens = _recents(commentaires, "texte")
    lignes, plus_anciennes = _recents(fiche["historique"], "commentaire")
    return {
        **fiche,
        "lecteur": lecteur,
        "etabli": quand(maintenant),
        "dateDepot": quand(fiche["dateDepot"]),
        "dateMiseAJour": quand(fiche["dateMiseAJour"]),
        "commentairesEmetteur": [_date(c) for c in reversed(recents)],
        "commentairesOmis": anciens,
        "historique": [_date(ligne) for ligne in lignes],
        "historiqueOmis": plus_anciennes + fiche.get("historiqueOmis", 0),
        "piecesJointes": [_piece(p) for p in fiche["piecesJointes"]],
    }


def borner(donnees: dict[str, Any]) -> dict[str, Any]:
    """Keep 2,000 different characters beside ASCII: each is a glyph to embed, 20,000 take 14 s."""
    texte = orjson.dumps(donnees).decode()
    rares = [c for c in dict.fromkeys(texte) if not c.isascii()]
    if len(rares) <= RARES:
        return donnees
    bornees: dict[str, Any] = orjson.loads(
        texte.translate(dict.fromkeys(map(ord, rares[RARES:]), REMPLACANT))
    )
    return bornees


def _recents(
    lignes: Sequence[Mapping[str, Any]], texte: str
) -> tuple[Sequence[Mapping[str, Any]], int]:
    """Keep the first lines, as long as their texts fit; tell how many do not."""
    longueur = 0
    for n, ligne in enumerate(lignes):
        longueur += len(ligne[texte] or "")
        if longueur > TEXTES_MAXIMUM:
            return lignes[:n], len(lignes) - n
    return lignes, 0


def _date(ligne: Mapping[str, Any]) -> dict[str, Any]:
    return {**ligne, "date": quand(ligne["date"])}


def _piece(piece: Mapping[str, Any]) -> dict[str, Any]:
    ajout = {"dateAjout": quand(piece["dateAjout"]), "taille": taille(piece["taille"])}
    return {**piece, **ajout}


def quand(instant: datetime | str) -> str:
    """Write an instant as one reads it in Paris: 3 mars 2026 à 9 h 05."""
    d = datetime.fromisoformat(instant) if isinstance(instant, str) else instant
    d = d.astimezone(PARIS)
    jour = "1er" if d.day == 1 else str(d.day)
    return f"{jour}\xa0{MOIS[d.month - 1]} {d.year} à {d.hour}\xa0h\xa0{d.minute:02d}"


def taille(octets: int) -> str:
    """Write a size as one reads it: 1,4 Mio."""
    valeur, unite = float(octets), UNITES[0]
    for unite in UNITES:
        if valeur < 1024 or unite == UNITES[-1]:  # noqa: PLR2004
            break
        valeur /= 1024
    nombre = f"{valeur:.0f}" if unite == UNITES[0] else f"{valeur:.1f}".replace(".", ",")
    return f"{nombre}\xa0{unite}"


def _partout(valeur: Any, nettoyer: Callable[[str], str]) -> Any:
    """Clean every text of the data."""
    if isinstance(valeur, str):
        return nettoyer(valeur)
    if isinstance(valeur, Mapping):
        return {cle: _partout(v, nettoyer) for cle, v in valeur.items()}
    return [_partout(v, nettoyer) for v in valeur] if isinstance(valeur, list) else valeur
