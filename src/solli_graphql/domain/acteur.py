"""Who acts, and on what: roles, habilitations, and the rights that one row gives."""

from dataclasses import dataclass
from enum import IntFlag, StrEnum
from functools import cached_property

MINUTES_MAXIMUM = 60  # of a token of the demonstration


class Role(StrEnum):
    """The five roles of an habilitation."""

    EMETTEUR = "EMETTEUR"
    RECEPTEUR = "RECEPTEUR"
    SUPPORT = "SUPPORT"
    ANALYSTE = "ANALYSTE"
    ADMINISTRATEUR = "ADMINISTRATEUR"


class Espace(StrEnum):
    """The side one looks from."""

    EMISES = "EMISES"
    RECUES = "RECUES"
    SUPPORT = "SUPPORT"


ROLES_DE_L_ESPACE: dict[Espace, frozenset[Role]] = {
    Espace.EMISES: frozenset({Role.EMETTEUR}),
    Espace.RECUES: frozenset({Role.RECEPTEUR, Role.ANALYSTE}),
    Espace.SUPPORT: frozenset({Role.SUPPORT}),
}


class Droits(IntFlag):
    """The roles that a caller holds on one sollicitation, as a database computes them."""

    AUCUN = 0
    EMETTEUR = 1
    RECEPTEUR = 2
    SUPPORT = 4
    ANALYSTE = 8


class Vue(StrEnum):
    """What a caller reads of a row: the emitter's view, or the treating side's (D14)."""

    EMETTEUR = "EMETTEUR"
    TRAITANT = "TRAITANT"
    ANALYSTE = "ANALYSTE"


def vue(droits: int) -> Vue:
    """Give the view of somebody with these rights: the treating one wins (D21)."""
    if droits & (Droits.RECEPTEUR | Droits.SUPPORT):
        return Vue.TRAITANT
    return Vue.ANALYSTE if droits & Droits.ANALYSTE else Vue.EMETTEUR


@dataclass(frozen=True, slots=True)
class Habilitation:
    """A role on a structure, or on the whole portal; no service means all of them."""

    role: Role
    structure_id: int | None = None
    services: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Acteur:
    """An authenticated user with today's rights."""

    id: int
    nom: str
    prenom: str
    habilitations: tuple[Habilitation, ...] = ()
    lecture_seule: bool = False  # by the scope of the token shown

    @cached_property
    def _hash(self) -> int:
        return hash((self.id, self.habilitations))

    def __hash__(self) -> int:
        """Hash once: what is derived from an acteur is looked up at each request."""
        return self._hash

    @cached_property
    def roles(self) -> frozenset[Role]:
        """The roles held, wherever they apply."""
        return frozenset(h.role for h in self.habilitations)

    def peut_emettre(self, structure_id: int, service_id: int | None) -> bool:
        """Tell whether one may submit for this structure and service (None: no service)."""
        return any(
            h.structure_id in (None, structure_id) and (not h.services or service_id in h.services)
            for h in self.habilitations
            if h.role is Role.EMETTEUR
        )

    def administre(self, structure_id: int | None) -> bool:
        """Tell whether one administers a structure's rights (None: those on the whole portal)."""
        return any(
            h.structure_id in (None, structure_id) and not h.services
            for h in self.habilitations
            if h.role is Role.ADMINISTRATEUR
        )
