"""What is measured of a sollicitation: its delays, and the time that each party took (D24)."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import pairwise
from typing import Any

from solli_graphql.domain.acteur import Espace
from solli_graphql.domain.workflow import (
    DestinataireActuel,
    StatutSollicitation,
    liste_de_travail,
)

Mesures = dict[str, Any]
S = StatutSollicitation
# The clock of a party runs while the sollicitation is in its work list (D22).
TEMPS: Mapping[Espace, str] = {
    Espace.EMISES: "temps_emetteur",
    Espace.RECUES: "temps_structure",
    Espace.SUPPORT: "temps_support",
}
AU_DEPOT: Mapping[str, Any] = {
    "delai_premiere_reponse": None,
    "delai_resolution": None,
    **dict.fromkeys(TEMPS.values(), 0),
    "demandes_information": 0,
}


def ecoule(debut: datetime, fin: datetime) -> int:
    """Count the seconds between two instants, each cut to the second; a clock set back gives 0."""
    return max(int(fin.timestamp()) - int(debut.timestamp()), 0)


def suivre(
    mesures: Mapping[str, Any],
    avant: tuple[StatutSollicitation, DestinataireActuel],
    statut: StatutSollicitation,
    *,
    depot: datetime,
    depuis: datetime,
    date: datetime,
) -> Mesures:
    """
    Measure one step that the emitter sees: a draft stops no clock, and no measure tells of it.

    avant, depuis: the statut and the party of the step before, and its date.
    """
    suite = {nom: mesures[nom] for nom in AU_DEPOT}
    if tour := liste_de_travail(*avant):
        suite[TEMPS[tour]] += ecoule(depuis, date)
    repond = statut in (S.EN_ATTENTE_INFORMATIONS, S.REPONSE_APPORTEE)
    if repond and suite["delai_premiere_reponse"] is None:
        suite["delai_premiere_reponse"] = ecoule(depot, date)
    if statut is S.REPONSE_APPORTEE:
        suite["delai_resolution"] = ecoule(depot, date)
    elif statut is not S.CLOTUREE:  # asked, or open again: no answer stands
        suite["delai_resolution"] = None
    suite["demandes_information"] += statut is S.EN_ATTENTE_INFORMATIONS
    return suite


def mesurer(lignes: Sequence[Mapping[str, Any]]) -> Mesures:
    """Measure a whole history, in order."""
    mesures, depot = dict(AU_DEPOT), lignes[0]["date"]
    for x, suivante in pairwise(x for x in lignes if x["seq_emetteur"] is not None):
        avant = S(x["nouveau_statut"]), DestinataireActuel(x["destinataire"])
        statut = S(suivante["nouveau_statut"])
        mesures = suivre(
            mesures, avant, statut, depot=depot, depuis=x["date"], date=suivante["date"]
        )
    return mesures
