"""The security trace: who was given what, by whom; people are pseudonyms in it."""

import structlog

from solli_graphql.domain import pseudonymes

log = structlog.get_logger()


class Trace:
    """Notes what concerns accounts and rights, once it is done."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    def noter(self, action: str, *, acteur: int | None, cible: int, **champs: object) -> None:
        """Write one event; acteur is None for what an identity provider's word did."""
        log.info(
            "securite",
            action=action,
            acteur=None if acteur is None else pseudonymes.utilisateur(acteur, self._secret),
            cible=pseudonymes.utilisateur(cible, self._secret),
            **champs,
        )
