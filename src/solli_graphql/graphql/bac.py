"""The roots of the sandbox: in production they are refused, whoever asks."""

from typing import Annotated, Any

import strawberry
from strawberry import Info

from solli_graphql.domain.acteur import Acteur
from solli_graphql.graphql.enums import GesteAutrePartie
from solli_graphql.graphql.fields import arg, racine
from solli_graphql.graphql.permissions import PeutAdministrer, PeutJouer
from solli_graphql.graphql.refus import ResultatAction, prise_en_compte


@racine(
    ResultatAction,
    "Faire agir l'autre partie, pour essayer seul un cycle entier : en démonstration seulement.",
    PeutJouer(),
)
async def jouer_autre_partie(
    root: Acteur,
    info: Info[Any, Acteur],
    id: Annotated[strawberry.ID, arg("Identifiant global de la sollicitation.")],  # noqa: A002
    geste: Annotated[GesteAutrePartie, arg("Ce qu'elle fait.")],
) -> Any:
    return prise_en_compte(root, await info.context.demonstration.jouer(root, id, geste))


@racine(
    ResultatAction,
    "Rendre à la démonstration son monde de départ : tout le reste est effacé.",
    PeutAdministrer(),
)
async def reinitialiser_demo(root: Acteur, info: Info[Any, Acteur]) -> Any:
    return prise_en_compte(root, await info.context.demonstration.reinitialiser(root))
