"""Global ids, cursors and pages, written again."""

import json
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from graphql import GraphQLError
from oracle.vues import Ligne, Vue

GID = re.compile(r"([A-Za-z]{1,40}):([1-9][0-9]{0,17})")
CURSEUR = "Ce curseur n'est pas valide pour cette liste et cet ordre."
Args = Mapping[str, Any]
TYPES = {"DESIGNATION": "Structure", "COURRIEL": "Compte"}  # of the lists in the order of a text


@dataclass(frozen=True)
class Objet:
    """A row as a field's parent: the view it is seen in, if it is of a sollicitation."""

    type: str
    row: Ligne
    vue: Vue | None = None
    rang: int = 0  # of a history line, in its view
    dedans: tuple[Ligne, ...] = ()  # of an account, the rights that its reader administers


@dataclass(frozen=True)
class Liste:
    """A page, and what is around it."""

    type: str
    objets: Sequence[Objet]
    total: int
    suivante: bool
    precedente: bool
    curseur: Callable[[Objet], str]
    toutes: Sequence[Objet] = ()  # in all pages


def refus(code: str, message: str) -> GraphQLError:
    """Make the error of a refusal."""
    return GraphQLError(message, extensions={"code": code})


def invalide(message: str) -> GraphQLError:
    return refus("BAD_USER_INPUT", message)


def gid(type_: str, id_: object) -> str:
    """Write a global id."""
    return urlsafe_b64encode(f"{type_}:{id_}".encode()).decode().rstrip("=")


def lire_gid(texte: str) -> tuple[str, int] | None:
    """Read a global id, if it is written as we write them."""
    try:
        m = GID.fullmatch(urlsafe_b64decode(texte + "=" * (-len(texte) % 4)).decode("ascii"))
    except ValueError:
        return None
    return (m[1], int(m[2])) if m and gid(m[1], m[2]) == texte and len(texte) <= 100 else None


def curseur(ordre: str, cle: Any, id_: int) -> str:
    """Write a cursor."""
    texte = cle.astimezone(UTC).isoformat() if isinstance(cle, datetime) else cle
    brut = json.dumps([ordre, texte, id_], separators=(",", ":"), ensure_ascii=False)
    return urlsafe_b64encode(brut.encode()).decode().rstrip("=")


def lire_curseur(texte: str, ordre: str) -> tuple[Any, int]:
    """Read a cursor of this order back. Raises GraphQLError."""
    try:
        lu = _dechiffrer(texte, ordre)
    except (ValueError, TypeError, OverflowError):
        lu = None
    if lu is None:
        raise invalide(CURSEUR)
    return lu


def _dechiffrer(texte: str, ordre: str) -> tuple[Any, int] | None:
    if len(texte) > 2000 or texte != texte.strip():
        return None
    tag, cle, id_ = json.loads(urlsafe_b64decode(texte.encode("ascii") + b"=" * (-len(texte) % 4)))
    juste = isinstance(cle, str) and "\0" not in cle and type(id_) is int and 0 <= id_ < 2**63
    if tag != ordre or not juste:
        return None
    if ordre in TYPES:
        return cle, id_
    instant = datetime.fromisoformat(cle)
    return None if instant.tzinfo is None else (instant.astimezone(UTC), id_)


def bornes(args: Args, ordre: str) -> tuple[int, tuple[Any, int] | None, bool]:
    """Read the size, the start and the direction of a page. Raises GraphQLError."""
    arriere = args.get("last") is not None or args.get("before") is not None
    if arriere and (args.get("first") is not None or args.get("after") is not None):
        raise invalide("Utilisez first et after, ou last et before, pas les deux.")
    taille, depuis = ("last", "before") if arriere else ("first", "after")
    nombre = args.get(taille)
    if nombre is not None and not 0 <= nombre <= 100:
        raise invalide(f"{taille} doit être compris entre 0 et 100.")
    texte = args.get(depuis)
    ou = None if texte is None else lire_curseur(texte, ordre)
    return 20 if nombre is None else nombre, ou, arriere


def page(
    ordre: str,
    objets: Sequence[Objet],
    cle: Callable[[Objet], Any],
    lues: tuple[int, tuple[Any, int] | None, bool],
) -> Liste:
    """Sort, then keep a page."""
    taille, ou, arriere = lues

    def place(o: Objet) -> tuple[Any, int]:
        return cle(o), o.row["id"]

    range_ = sorted(objets, key=place, reverse=ordre.endswith("DESC"))
    if arriere:
        range_.reverse()
    sens = ordre.endswith("DESC") != arriere
    reste = [o for o in range_ if ou is None or (place(o) < ou if sens else place(o) > ou)]
    gardes, plus, au_dela = reste[:taille], len(reste) > taille, ou is not None
    if arriere:
        gardes.reverse()
    suivante, precedente = (au_dela, plus) if arriere else (plus, au_dela)
    type_ = TYPES.get(ordre, "Sollicitation")
    return Liste(
        *(type_, gardes, len(objets), suivante, precedente),
        curseur=lambda o: curseur(ordre, *place(o)),
        toutes=objets,
    )
