"""Facets: how many rows of a list have each value, beside its page."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Annotated, Any

from strawberry import UNSET

from solli_graphql.db.plan.compiler import project
from solli_graphql.db.plan.reader import Reader
from solli_graphql.db.plan.reads import Read
from solli_graphql.db.plan.sources import Selected
from solli_graphql.db.statistiques import facettes
from solli_graphql.graphql.enums import AxeStatistiques
from solli_graphql.graphql.fields import arg, champ, objet

PAR_DEFAUT = (AxeStatistiques.STATUT, AxeStatistiques.CATEGORIE)


@objet
class ValeurFacette:
    """Valeur d'un axe."""

    code: str | None = champ("Code ou identifiant ; null pour ce qui n'a pas de valeur.")
    libelle: str = champ("La valeur, dans les mots de l'espace.")
    nombre: int = champ("Combien de lignes l'ont.")


@objet
class Facette:
    """Répartition des lignes d'une recherche, dans toutes ses pages."""

    axe: AxeStatistiques = champ("L'axe.")
    valeurs: list[ValeurFacette] = champ("Les 20 valeurs les plus fréquentes, et leurs nombres.")
    autres: int = champ("Combien de lignes ont une autre valeur.")


def declarer(
    axes: Annotated[
        list[AxeStatistiques] | None, arg("Axes ; STATUT et CATEGORIE par défaut.")
    ] = UNSET,
) -> Any:
    """Declare the arguments of `facettes`."""


def axes_de(selected: Selected, variables: Mapping[str, Any]) -> Sequence[AxeStatistiques]:
    """Tell by which axes facets are asked, each once."""
    axes = selected.arguments(variables).get("axes")
    return PAR_DEFAUT if axes is None else [*dict.fromkeys(axes)]


async def ajouter(
    reader: Reader,
    asked: Sequence[Selected],
    read: Read,
    variables: Mapping[str, Any],
    page: dict[str, Any],
) -> None:
    """Put the facets that are asked at their place in a page."""
    for selected in asked:
        axes = axes_de(selected, variables)
        found = await reader.ask(partial(facettes, read=read, axes_=axes))
        catalogue, selection = reader.schema.catalogue, selected.on["Facette"]
        page[selected.key] = project(found, catalogue, "Facette", selection)
