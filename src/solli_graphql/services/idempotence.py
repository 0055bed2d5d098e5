"""One effect for one key: the outcome is kept, never the answer."""

import json
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from solli_graphql.db.commandes import DEJA, Issue
from solli_graphql.db.database import Tx
from solli_graphql.domain.acteur import Acteur
from solli_graphql.domain.errors import CleIdempotenceReutilisee
from solli_graphql.domain.textes import Champs

MINIMUM, MAXIMUM = 16, 255


@dataclass(frozen=True, slots=True)
class Cle:
    """An idempotency key, with the digest of the operation and input that it is for."""

    valeur: str
    empreinte: bytes

    def a_retenir(
        self,
        acteur: Acteur,
        *,
        confirmation: str,
        date: datetime,
        id_: int | None = None,
        version: int = 0,
        compte: int | None = None,
    ) -> dict[str, Any]:
        """Give the row that keeps an outcome, in the scope of its caller."""
        return {
            "utilisateur_id": acteur.id,
            "cle": self.valeur,
            "empreinte": self.empreinte,
            "date": date,
            "confirmation": confirmation,
            "sollicitation_id": id_,
            "compte_id": compte,
            "version": version,
        }


def lire(champs: Champs, valeur: str | None, operation: str, entree: dict[str, Any]) -> Cle | None:
    """Read the key of a command, and digest what it asks: simulated or not is not part of it."""
    if valeur is None:
        return None
    if not MINIMUM <= len(valeur) <= MAXIMUM or not valeur.isprintable():
        message = f"Une clé d'idempotence a de {MINIMUM} à {MAXIMUM} caractères imprimables."
        champs.refuser("cleIdempotence", "FORMAT", message)
        return None
    corps = json.dumps([operation, entree], sort_keys=True, default=str)
    return Cle(valeur, sha256(corps.encode()).digest())


async def deja(tx: Tx, acteur: Acteur, cle: Cle | None) -> Issue | None:
    """Find the outcome kept under a key. Raises CleIdempotenceReutilisee for another input."""
    if cle is None:
        return None
    issue = await tx.one(DEJA, utilisateur=acteur.id, cle=cle.valeur)
    if issue and issue.empreinte != cle.empreinte:
        raise CleIdempotenceReutilisee
    return issue
