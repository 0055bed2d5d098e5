"""The tokens of the demonstration's accounts: they open this demonstration, and nothing else."""

from datetime import UTC, datetime, timedelta
from typing import Any

from solli_graphql.db.database import Database
from solli_graphql.demo.comptes import COMPTES
from solli_graphql.domain.acteur import MINUTES_MAXIMUM
from solli_graphql.services import identite, jetons


async def emettre(db: Database) -> list[dict[str, Any]]:
    """Give each account that exists, with a fresh token and when it expires."""
    cle, maintenant = await identite.cle(db, identite.DEMO), datetime.now(UTC)
    if cle is None:
        return []
    minutes = MINUTES_MAXIMUM
    return [
        {
            "courriel": compte.courriel,
            "nom": compte.nom,
            "prenom": compte.prenom,
            "role": compte.role,
            "jeton": jetons.signer(cle, compte.courriel, minutes=minutes, maintenant=maintenant),
            "expire": (maintenant + timedelta(minutes=minutes)).isoformat(),
        }
        for compte in COMPTES
        if await identite.acteur(db, compte.courriel)
    ]
