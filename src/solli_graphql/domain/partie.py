"""The other party of a sollicitation: what it may do, in a demonstration where one is alone."""

from enum import StrEnum

from solli_graphql.domain.acteur import Role
from solli_graphql.domain.workflow import (
    EMETTEURS,
    ROLES_DE_L_ACTION,
    Action,
    DestinataireActuel,
    StatutSollicitation,
    StatutTraitement,
)


class GesteAutrePartie(StrEnum):
    """What the other party is made to do."""

    REPONDRE = "REPONDRE"
    DEMANDER = "DEMANDER"
    TRANSFERER = "TRANSFERER"
    ROUVRIR = "ROUVRIR"
    CLOTURER = "CLOTURER"


TRAITEMENTS = {
    GesteAutrePartie.REPONDRE: StatutTraitement.RESOLUE,
    GesteAutrePartie.DEMANDER: StatutTraitement.DEMANDE_INFORMATION,
    GesteAutrePartie.TRANSFERER: StatutTraitement.MAUVAISE_AFFECTATION,
}


def action(
    geste: GesteAutrePartie, statut: StatutSollicitation
) -> tuple[Action, StatutTraitement | None]:
    """Say which action a geste is: one answers a question, or else the request itself."""
    if geste is GesteAutrePartie.REPONDRE and statut is StatutSollicitation.EN_ATTENTE_INFORMATIONS:
        return Action.REPONDRE_COMPLEMENT, None
    if geste in TRAITEMENTS:
        return Action.TRAITER, TRAITEMENTS[geste]
    return Action(geste), None


def role(action_: Action, chez: DestinataireActuel) -> Role:
    """Say who does an action to a sollicitation that is there."""
    if ROLES_DE_L_ACTION[action_] == EMETTEURS:
        return Role.EMETTEUR
    return Role.RECEPTEUR if chez is DestinataireActuel.STRUCTURE else Role.SUPPORT
