"""The security events: who did, read or was refused what; people are pseudonyms in them."""

from collections.abc import Iterable
from datetime import UTC, datetime
from functools import lru_cache, partial
from typing import NamedTuple

from solli_graphql.domain import pseudonymes
from solli_graphql.domain.errors import (
    AccesRefuse,
    DocumentRefuse,
    Introuvable,
    LimiteDepassee,
    NonAuthentifie,
)
from solli_graphql.logs import Journal, Soon

REFUS = {e.code for e in (AccesRefuse, DocumentRefuse, Introuvable, LimiteDepassee, NonAuthentifie)}
PERSONNES = {"Utilisateur", "Compte"}


class Lus(NamedTuple):
    """What somebody has read lately of one type, and since when."""

    depuis: datetime
    objets: set[int]


class Trace:
    """Notes security events, once what they tell is done."""

    def __init__(self, secret: bytes, journal: Journal | None = None) -> None:
        self._journal = journal or Journal()
        pseudonyme = partial(pseudonymes.utilisateur, cle=secret)
        self._pseudonyme = lru_cache(maxsize=4096)(pseudonyme)
        self._lus: dict[tuple[int, str], Lus] = {}
        self._soon = Soon(self.dire_lectures)

    def noter(
        self, action: str, *, acteur: int | None, cible: int | None = None, **champs: object
    ) -> None:
        """Write what was done, at once; acteur is None for what an identity provider's word did."""
        if cible is not None:
            champs = {"cible": self._pseudonyme(cible), **champs}
        self._journal.write({"action": action, "acteur": self._qui(acteur), **champs}, now=True)

    def lire(self, acteur: int, type_: str, ids: list[int]) -> None:
        """Write that somebody has read what tells something of people, soon: every read pays it."""
        if (lus := self._lus.get((acteur, type_))) is not None:
            lus.objets.update(ids)
            return
        self._lus[acteur, type_] = Lus(datetime.now(UTC), set(ids))
        self._soon.ask()

    def dire_lectures(self) -> None:
        """Write what was read lately: a line for each reader and type."""
        lus, self._lus = self._lus, {}
        for (acteur, type_), (date, ids) in lus.items():
            objets = sorted(map(self._pseudonyme, ids) if type_ in PERSONNES else ids)
            fields = {"action": "LIRE", "acteur": self._pseudonyme(acteur), "type": type_}
            self._journal.write({**fields, "objets": objets, "timestamp": date})
        self._journal.flush()

    def refuser(self, acteur: int | None, codes: Iterable[str], **champs: object) -> None:
        """Write that somebody, or nobody known, was refused, if it is for one of these reasons."""
        for code in REFUS.intersection(codes):
            qui = self._qui(acteur)
            self._journal.write({"action": "REFUSER", "acteur": qui, "code": code, **champs})

    def _qui(self, acteur: int | None) -> str | None:
        return None if acteur is None else self._pseudonyme(acteur)
