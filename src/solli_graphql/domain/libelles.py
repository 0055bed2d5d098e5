"""The French label of every state, in the words of each side (D21)."""

from enum import StrEnum
from functools import lru_cache

from solli_graphql.domain.acteur import Droits, Espace
from solli_graphql.domain.workflow import DestinataireActuel as D
from solli_graphql.domain.workflow import StatutSollicitation as S


class Cote(StrEnum):
    """Whose words are used; an analyst reads the receiver's."""

    EMETTEUR = "EMETTEUR"
    RECEPTEUR = "RECEPTEUR"
    SUPPORT = "SUPPORT"


REPONDUE, CLOTUREE, REQUISES = (
    "Réponse apportée",
    "Clôturée",
    "Informations complémentaires requises",
)
LIBELLES: dict[Cote, dict[tuple[S, D], str]] = {
    Cote.EMETTEUR: {
        (S.A_TRAITER, D.STRUCTURE): "Transmise",
        (S.EN_ATTENTE_INFORMATIONS, D.STRUCTURE): REQUISES,
        (S.A_TRAITER, D.SUPPORT): "Transmise au support",
        (S.EN_ATTENTE_INFORMATIONS, D.SUPPORT): REQUISES,
    },
    Cote.RECEPTEUR: {
        (S.A_TRAITER, D.STRUCTURE): "A traiter",
        (S.EN_COURS, D.STRUCTURE): "En cours",
        (S.EN_ATTENTE_INFORMATIONS, D.STRUCTURE): "En attente d'informations",
        (S.A_TRAITER, D.SUPPORT): "Transférée au support",
        (S.EN_COURS, D.SUPPORT): "Transférée au support",
        (S.EN_ATTENTE_INFORMATIONS, D.SUPPORT): "Transférée au support",
    },
    Cote.SUPPORT: {
        (S.A_TRAITER, D.STRUCTURE): "Chez la structure",
        (S.EN_COURS, D.STRUCTURE): "Chez la structure",
        (S.EN_ATTENTE_INFORMATIONS, D.STRUCTURE): "Chez la structure",
        (S.A_TRAITER, D.SUPPORT): "A traiter",
        (S.EN_COURS, D.SUPPORT): "En cours",
        (S.EN_ATTENTE_INFORMATIONS, D.SUPPORT): "En attente d'informations",
    },
}
for _mots in LIBELLES.values():
    for _chez in D:
        _mots[S.REPONSE_APPORTEE, _chez] = REPONDUE
        _mots[S.CLOTUREE, _chez] = CLOTUREE


def libelle(statut: str | None, destinataire: str | None, cote: str) -> str | None:
    """Give the words of a side for a state of its own view; None for no statut."""
    if statut is None or destinataire is None:
        return None
    return LIBELLES[Cote(cote)][S(statut), D(destinataire)]


def cote(droits: int, espace: Espace | None) -> Cote:
    """Choose the words of somebody with these rights on a row, in the espace they look from."""
    if droits & Droits.SUPPORT and (espace == Espace.SUPPORT or not droits & Droits.RECEPTEUR):
        return Cote.SUPPORT
    recepteur = droits & (Droits.RECEPTEUR | Droits.ANALYSTE)
    return Cote.RECEPTEUR if recepteur else Cote.EMETTEUR


@lru_cache(maxsize=1024)
def libelle_vu(
    statut: str | None, destinataire: str | None, droits: int, espace: Espace | None
) -> str | None:
    """Give the words of a state to somebody with these rights; statut is of their view."""
    return libelle(statut, destinataire, cote(droits, espace))
