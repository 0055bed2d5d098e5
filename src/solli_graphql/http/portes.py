"""The policy of each route: a reviewed table, without which the application does not start."""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import NamedTuple

from starlette.routing import BaseRoute, Route


class Acces(StrEnum):
    """What whoever knocks must show."""

    JETON = "a bearer token"
    LIEN = "a personal link"
    LIBRE = "nothing"
    INTERNE = "nothing: the proxy keeps it to the inside"


class Porte(NamedTuple):
    """Who may come in at a route, and by which methods; without any, the endpoint tells."""

    acces: Acces
    methodes: frozenset[str] = frozenset({"GET", "HEAD"})


PORTES: Mapping[str, Porte] = {
    "/graphql": Porte(Acces.JETON, frozenset()),
    "/telechargements/{jeton}": Porte(Acces.LIEN),
    "/televersements/{jeton}": Porte(Acces.LIEN, frozenset({"PUT"})),
    "/schema.graphql": Porte(Acces.LIBRE),
    "/vivant": Porte(Acces.INTERNE),
    "/pret": Porte(Acces.INTERNE),
    "/metrics": Porte(Acces.INTERNE),
    "/": Porte(Acces.LIBRE),
    "/page/assets/{name}": Porte(Acces.LIBRE),
    "/demo/comptes": Porte(Acces.LIBRE),  # in a demonstration only
}


def verifier(routes: Iterable[BaseRoute]) -> None:
    """Raise TypeError for a route without a policy, or open to more methods than it says."""
    for route in routes:
        chemin = getattr(route, "path", repr(route))
        if not isinstance(route, Route) or chemin not in PORTES:
            message = f"no policy is declared for the route {chemin}: add it to PORTES"
            raise TypeError(message)
        if (route.methods or set()) != PORTES[chemin].methodes:
            message = f"the route {chemin} is open to {route.methods}, and not as PORTES says"
            raise TypeError(message)
