"""Statistics as the schema says them, and their answers."""

from functools import partial
from typing import Any

from solli_graphql.db.plan.compiler import project
from solli_graphql.db.plan.reader import Reader
from solli_graphql.db.plan.sources import Selected
from solli_graphql.db.statistiques import Groupement, statistiques
from solli_graphql.graphql.enums import AxeStatistiques
from solli_graphql.graphql.fields import champ, objet


@objet
class CleStatistiques:
    """Valeur d'un axe, commune à un groupe."""

    axe: AxeStatistiques = champ("L'axe.")
    code: str | None = champ("Code ou identifiant ; null pour ce qui n'a pas de valeur.")
    libelle: str = champ("La valeur, dans les mots de l'espace.")


@objet
class DelaiStatistiques:
    """Délai depuis le dépôt, en secondes, de celles qui en ont un."""

    nombre: int = champ("Combien en ont un.")
    mediane: int | None = champ("Délai que la moitié ne dépasse pas.")
    centile90: int | None = champ("Délai que neuf sur dix ne dépassent pas.")


@objet
class TempsStatistiques:
    """Temps pris par chaque partie, en secondes par sollicitation, en moyenne."""

    emetteur: int | None = champ("Par l'émetteur, pour répondre aux demandes d'information.")
    structure: int | None = champ("Par la structure destinataire.")
    support: int | None = champ("Par le support.")


@objet
class PartStatistiques:
    """Combien d'un groupe, et sa part."""

    nombre: int = champ("Combien.")
    taux: float | None = champ("De 0 à 1 ; null pour un groupe vide.")


@objet
class GroupeStatistiques:
    """Sollicitations de mêmes clés."""

    cles: list[CleStatistiques] = champ("Une clé par axe, dans l'ordre demandé.")
    nombre: int = champ("Combien de sollicitations.")
    premiere_reponse: DelaiStatistiques = champ(
        "Délai de la première question ou réponse à l'émetteur."
    )
    resolution: DelaiStatistiques = champ("Délai de la réponse qui tient ; aucun si rouverte.")
    temps: TempsStatistiques = champ("Temps pris ; l'attente en cours n'est pas comptée.")
    reouvertures: PartStatistiques = champ("Rouvertes au moins une fois.")
    mauvaises_affectations: PartStatistiques = champ("Transférées au moins une fois.")
    demandes_information: PartStatistiques = champ("Où une information a été demandée.")


@objet
class Statistiques:
    """Nombres, délais et taux, groupe par groupe."""

    total: int = champ("Combien de sollicitations en tout : totalCount de la même recherche.")
    groupes: list[GroupeStatistiques] = champ(
        "Groupes, dans l'ordre de leurs clés ; au plus 1 000."
    )


async def compter(reader: Reader, selected: Selected, groupement: Groupement) -> dict[str, Any]:
    """Answer what is selected of statistics: the centiles of a delay are sorted only if asked."""
    catalogue, selection = reader.schema.catalogue, selected.on["Statistiques"]
    fields = catalogue["GroupeStatistiques"].fields
    asked = [s for groupes in selection for s in groupes.on.get("GroupeStatistiques", ())]
    delais = [f"delai_{f.python_name}" for s in asked if (f := fields.get(s.name))]
    found = await reader.ask(partial(statistiques, groupement=groupement, delais=delais))
    answer: dict[str, Any] = project(found, catalogue, "Statistiques", selection)
    return answer
