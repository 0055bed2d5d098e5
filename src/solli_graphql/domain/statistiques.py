"""What statistics say: how many, how long, and how often, group by group."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from solli_graphql.domain.acteur import Espace
from solli_graphql.domain.libelles import LIBELLES, Cote
from solli_graphql.domain.objets import TypeObjet
from solli_graphql.domain.workflow import DestinataireActuel as D
from solli_graphql.domain.workflow import StatutSollicitation


class AxeStatistiques(StrEnum):
    """What sollicitations can be grouped by; the last three are of their dépôt, in Paris."""

    STATUT = "STATUT"
    CATEGORIE = "CATEGORIE"
    SOUS_CATEGORIE = "SOUS_CATEGORIE"
    STRUCTURE_EMETTRICE = "STRUCTURE_EMETTRICE"
    STRUCTURE_DESTINATAIRE = "STRUCTURE_DESTINATAIRE"
    SERVICE = "SERVICE"
    TYPE_OBJET = "TYPE_OBJET"
    DESTINATAIRE_ACTUEL = "DESTINATAIRE_ACTUEL"
    JOUR = "JOUR"
    SEMAINE = "SEMAINE"
    MOIS = "MOIS"


@dataclass(frozen=True, slots=True)
class Delai:
    """A delay, in seconds, over those that have one: values that occurred, by nearest rank."""

    nombre: int
    mediane: int | None = None
    centile90: int | None = None


@dataclass(frozen=True, slots=True)
class Temps:
    """The time that each party took, in seconds for each sollicitation, on average."""

    emetteur: int | None
    structure: int | None
    support: int | None


@dataclass(frozen=True, slots=True)
class Part:
    """How many of a group, and which share of it."""

    nombre: int
    taux: float | None


@dataclass(frozen=True, slots=True)
class Cle:
    """The value of one axis that a group is made of."""

    axe: AxeStatistiques
    code: str | None
    libelle: str


@dataclass(frozen=True, slots=True)
class Groupe:
    """What is counted and measured of one group."""

    cles: tuple[Cle, ...]
    nombre: int
    premiere_reponse: Delai
    resolution: Delai
    temps: Temps
    reouvertures: Part
    mauvaises_affectations: Part
    demandes_information: Part

    @property
    def libelle(self) -> str:
        """Name it by its keys."""
        return " · ".join(cle.libelle for cle in self.cles) or "Ensemble"


@dataclass(frozen=True, slots=True)
class Statistiques:
    """All the groups, and how many sollicitations they hold together."""

    total: int
    groupes: tuple[Groupe, ...]


@dataclass(frozen=True, slots=True)
class ValeurFacette:
    """One value of an axis, and how many have it."""

    code: str | None
    libelle: str
    nombre: int


@dataclass(frozen=True, slots=True)
class Facette:
    """The most frequent values of one axis, and how many have another."""

    axe: AxeStatistiques
    valeurs: tuple[ValeurFacette, ...]
    autres: int


def part(nombre: int, total: int) -> Part:
    """Say which share of a total this is; of nothing, none."""
    return Part(nombre, nombre / total if total else None)


def duree(secondes: int | None) -> str:
    """Say a delay in its two largest units."""
    if secondes is None:
        return "–"
    minutes = secondes // 60
    heures, jours = minutes // 60, minutes // 1440
    if jours:
        return f"{jours} j {heures % 24:02d} h"
    return f"{heures} h {minutes % 60:02d}" if heures else f"{minutes} min"


def mot_du_statut(statut: str, espace: Espace) -> str:
    """Name a statut in the words of an espace, as for what is with that side."""
    s, chez = StatutSollicitation(statut), D.SUPPORT if espace is Espace.SUPPORT else D.STRUCTURE
    cote = {Espace.EMISES: Cote.EMETTEUR, Espace.SUPPORT: Cote.SUPPORT}.get(espace, Cote.RECEPTEUR)
    # Whoever has both sides of one reads a draft among what they sent.
    return LIBELLES[cote].get((s, chez)) or LIBELLES[Cote.RECEPTEUR][s, chez]


MOTS_DES_OBJETS = {
    TypeObjet.FACTURE: "Facture",
    TypeObjet.FACTURE_TRAVAUX: "Facture de travaux",
    TypeObjet.MEMOIRE_FRAIS_JUSTICE: "Mémoire de frais de justice",
    TypeObjet.DEMANDE_REMBOURSEMENT: "Demande de remboursement",
    TypeObjet.ENGAGEMENT_JURIDIQUE: "Engagement juridique",
    TypeObjet.STRUCTURE: "Structure",
    TypeObjet.UTILISATEUR: "Utilisateur",
    TypeObjet.RACCORDEMENT: "Raccordement technique",
    TypeObjet.AUTRE: "Autre objet",
}
MOIS = (
    *("janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre"),
    *("octobre", "novembre", "décembre"),
)


def periode(axe: AxeStatistiques, debut: date) -> Cle:
    """Name a day, a week from its Monday, or a month from its first day."""
    match axe:
        case AxeStatistiques.MOIS:
            return Cle(axe, f"{debut:%Y-%m}", f"{MOIS[debut.month - 1]} {debut.year}")
        case AxeStatistiques.SEMAINE:
            return Cle(axe, f"{debut:%G-W%V}", f"semaine du {debut:%d/%m/%Y}")
    return Cle(axe, f"{debut}", f"{debut:%d/%m/%Y}")
