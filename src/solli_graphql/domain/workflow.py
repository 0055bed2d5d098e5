"""The life of a sollicitation: one table (D21b), from which everything else is derived."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from solli_graphql.domain.acteur import Droits, Espace, Role, Vue, vue
from solli_graphql.domain.errors import AccesRefuse, ConflitDeVersion, TransitionInterdite


class StatutSollicitation(StrEnum):
    """The one internal statut; each side has its own words for it (D21)."""

    A_TRAITER = "A_TRAITER"
    EN_COURS = "EN_COURS"
    EN_ATTENTE_INFORMATIONS = "EN_ATTENTE_INFORMATIONS"
    REPONSE_APPORTEE = "REPONSE_APPORTEE"
    CLOTUREE = "CLOTUREE"


class StatutTraitement(StrEnum):
    """What a treating agent chooses (D11)."""

    DEMANDE_INFORMATION = "DEMANDE_INFORMATION"
    RESOLUE = "RESOLUE"
    MAUVAISE_AFFECTATION = "MAUVAISE_AFFECTATION"
    EN_COURS = "EN_COURS"


class Action(StrEnum):
    """What can be done to a sollicitation once it exists."""

    TRAITER = "TRAITER"
    REPONDRE_COMPLEMENT = "REPONDRE_COMPLEMENT"
    ROUVRIR = "ROUVRIR"
    CLOTURER = "CLOTURER"


class DestinataireActuel(StrEnum):
    """Who has it."""

    STRUCTURE = "STRUCTURE"
    SUPPORT = "SUPPORT"


class MotifATraiter(StrEnum):
    """Why it came into a treating list."""

    NOUVELLE = "NOUVELLE"
    COMPLEMENT_RECU = "COMPLEMENT_RECU"
    ROUVERTE = "ROUVERTE"
    TRANSFEREE = "TRANSFEREE"


class Routage(StrEnum):
    """Where the combination of catégorie and sous-catégorie sends it (D1)."""

    SUPPORT = "SUPPORT"
    METIER = "METIER"


class Vers(StrEnum):
    """Whom a transition gives it to."""

    MEME = "MEME"
    AUTRE = "AUTRE"
    ORIGINE = "ORIGINE"


S, T, A, M = StatutSollicitation, StatutTraitement, Action, MotifATraiter
A_PRENDRE = frozenset({S.A_TRAITER, S.EN_COURS})
TRAITANTS = frozenset({Role.RECEPTEUR, Role.SUPPORT})
EMETTEURS = frozenset({Role.EMETTEUR})


@dataclass(frozen=True, slots=True)
class Transition:
    """One line of the table: who may go from where to where, and who then has it."""

    action: Action
    choix: StatutTraitement | None
    roles: frozenset[Role]
    depuis: frozenset[StatutSollicitation]
    statut: StatutSollicitation
    vers: Vers = Vers.MEME
    motif: MotifATraiter | None = None
    visible: bool = True  # False: the emitter never knows (D14)
    publique: bool = True  # False: its text is for the treating side only


TRANSITIONS: tuple[Transition, ...] = (
    Transition(A.TRAITER, T.DEMANDE_INFORMATION, TRAITANTS, A_PRENDRE, S.EN_ATTENTE_INFORMATIONS),
    Transition(A.TRAITER, T.RESOLUE, TRAITANTS, A_PRENDRE, S.REPONSE_APPORTEE),
    Transition(
        *(A.TRAITER, T.MAUVAISE_AFFECTATION, TRAITANTS, A_PRENDRE, S.A_TRAITER),
        vers=Vers.AUTRE,
        motif=M.TRANSFEREE,
        publique=False,
    ),
    Transition(
        *(A.TRAITER, T.EN_COURS, TRAITANTS, A_PRENDRE, S.EN_COURS), visible=False, publique=False
    ),
    Transition(
        *(A.REPONDRE_COMPLEMENT, None, EMETTEURS, frozenset({S.EN_ATTENTE_INFORMATIONS})),
        S.A_TRAITER,
        motif=M.COMPLEMENT_RECU,
    ),
    Transition(
        *(A.ROUVRIR, None, EMETTEURS, frozenset({S.REPONSE_APPORTEE, S.CLOTUREE}), S.A_TRAITER),
        vers=Vers.ORIGINE,
        motif=M.ROUVERTE,
    ),
    Transition(A.CLOTURER, None, EMETTEURS, frozenset({S.REPONSE_APPORTEE}), S.CLOTUREE),
)
ROLES_DE_L_ACTION: dict[Action, frozenset[Role]] = {
    action: frozenset().union(*(t.roles for t in TRANSITIONS if t.action is action))
    for action in Action
}
# As plain numbers, here and below: the & of flags takes twenty times as long.
_DROITS_DE_L_ACTION = {
    a: sum(int(Droits[r]) for r in roles) for a, roles in ROLES_DE_L_ACTION.items()
}


@dataclass(frozen=True, slots=True)
class Etat:
    """A sollicitation as its row says it, and the caller's rights on it."""

    id: int
    droits: int
    statut: StatutSollicitation
    destinataire_actuel: DestinataireActuel
    motif: MotifATraiter | None
    version: int
    statut_emetteur: StatutSollicitation
    version_emetteur: int
    routage: Routage
    transferts: int
    reouvertures: int
    allers_retours: bool
    passe_support: bool
    date_depot: datetime
    date_mise_a_jour_emetteur: datetime
    delai_premiere_reponse: int | None
    delai_resolution: int | None
    temps_emetteur: int
    temps_structure: int
    temps_support: int
    demandes_information: int
    tete: bytes

    @property
    def vu(self) -> tuple[StatutSollicitation, int]:
        """Statut and version in the caller's own view."""
        if vue(self.droits) is Vue.EMETTEUR:
            return self.statut_emetteur, self.version_emetteur
        return self.statut, self.version


class Geste(NamedTuple):
    """What an actor asks to do, its texts already checked."""

    action: Action
    choix: StatutTraitement | None = None
    texte: str | None = None
    version_attendue: int | None = None


def autoriser(etat: Etat, action: Action) -> None:
    """Check that the caller has, on this row, a role of the action; raise AccesRefuse."""
    if not _DROITS_DE_L_ACTION[action] & etat.droits:
        raise AccesRefuse


def franchir(etat: Etat, geste: Geste) -> tuple[Transition, DestinataireActuel]:
    """
    Find the transition that this geste makes, and who then has it.

    Raises ConflitDeVersion, in the caller's own view, or TransitionInterdite.
    """
    statut, version = etat.vu
    if geste.version_attendue not in (None, version):
        raise ConflitDeVersion(etat.id, int(geste.version_attendue or 0), version)
    for t in offertes(etat.droits, statut, etat.destinataire_actuel, etat.routage):
        if (t.action, t.choix) == (geste.action, geste.choix):
            return t, destination(t, etat.destinataire_actuel, etat.routage)
    raise TransitionInterdite(pourquoi_pas(geste.action, statut), statut)


def offertes(
    droits: int, statut: StatutSollicitation, chez: DestinataireActuel, routage: Routage
) -> Iterator[Transition]:
    """
    List the transitions open to a caller with these rights, statut being of their view.

    Only a métier sollicitation has a first structure, to which the support can return it (D17).
    """
    structure = chez is DestinataireActuel.STRUCTURE
    en_charge = int(Droits.RECEPTEUR if structure else Droits.SUPPORT)
    emetteur = int(Droits.EMETTEUR)
    for t in TRANSITIONS:
        besoin = en_charge if t.roles == TRAITANTS else emetteur
        sans_retour = t.vers is Vers.AUTRE and routage is Routage.SUPPORT
        if droits & besoin and statut in t.depuis and not sans_retour:
            yield t


def destination(t: Transition, chez: DestinataireActuel, routage: Routage) -> DestinataireActuel:
    """Give who has it after a transition."""
    match t.vers:
        case Vers.MEME:
            return chez
        case Vers.AUTRE:
            return autre(chez)
        case Vers.ORIGINE:  # a métier category always reopens at its first structure (D18)
            return a_l_origine(routage)


def a_l_origine(routage: Routage) -> DestinataireActuel:
    """Give who has it first, and again when it is reopened."""
    return CHEZ[routage]


CHEZ = {Routage.METIER: DestinataireActuel.STRUCTURE, Routage.SUPPORT: DestinataireActuel.SUPPORT}


def autre(chez: DestinataireActuel) -> DestinataireActuel:
    """Give the other treating side."""
    structure = chez is DestinataireActuel.STRUCTURE
    return DestinataireActuel.SUPPORT if structure else DestinataireActuel.STRUCTURE


def liste_de_travail(statut: StatutSollicitation, chez: DestinataireActuel) -> Espace | None:
    """Give the one Synthèse that holds it, or None when nobody owes an action (D22)."""
    if statut in A_PRENDRE:
        return Espace.RECUES if chez is DestinataireActuel.STRUCTURE else Espace.SUPPORT
    return Espace.EMISES if statut is S.EN_ATTENTE_INFORMATIONS else None


CHOIX: dict[StatutTraitement, tuple[str, str]] = {
    T.DEMANDE_INFORMATION: (
        "Demande d'information",
        "Complément d'informations demandé à l'émetteur de la sollicitation.",
    ),
    T.RESOLUE: ("Résolue", "Réponse qui va être remise au déposant."),
    T.MAUVAISE_AFFECTATION: (
        "Mauvaise affectation",
        "Commentaire qui sera transmis au nouveau destinataire, jamais à l'émetteur.",
    ),
    T.EN_COURS: ("En cours", "Brouillon de la réponse, qui ne sera pas visible du déposant."),
}
CHAMPS_REQUIS: dict[Action, tuple[str, ...]] = {
    A.TRAITER: ("statut", "miseAJour"),
    A.REPONDRE_COMPLEMENT: ("reponse",),
    A.ROUVRIR: ("commentaire",),
    A.CLOTURER: (),
}
ATTENDU: dict[Action, str] = {
    A.TRAITER: "Seul celui qui a la sollicitation à traiter, ou en cours, peut la traiter.",
    A.REPONDRE_COMPLEMENT: "Aucune information complémentaire n'est demandée.",
    A.ROUVRIR: "Seule une sollicitation répondue ou clôturée peut être rouverte.",
    A.CLOTURER: "Seule une sollicitation qui a reçu une réponse peut être clôturée.",
}


def pourquoi_pas(action: Action, statut: StatutSollicitation) -> str:
    """Say in French why the table refuses an action, other than for want of a role."""
    if action is A.TRAITER and statut in A_PRENDRE:
        return "La sollicitation n'est pas chez vous : son destinataire actuel doit la traiter."
    return ATTENDU[action]


@dataclass(frozen=True, slots=True)
class StatutPropose:
    """A choice of the agent, with the guide's words and what the text field means for it."""

    statut: StatutTraitement
    libelle: str
    aide: str
    statut_resultant: StatutSollicitation


@dataclass(frozen=True, slots=True)
class ActionPossible:
    """An action, whether it is open to the caller now, and if not, why (D23)."""

    action: Action
    statuts_proposes: tuple[StatutPropose, ...]
    champs_requis: tuple[str, ...]
    code_indisponibilite: str | None = None
    motif_indisponibilite: str | None = None
    disponible: bool = True


@lru_cache(maxsize=1024)
def actions_possibles(
    droits: int, statut: str, destinataire_actuel: str, routage: str
) -> tuple[ActionPossible, ...]:
    """Tell each action, open or not, to a caller with these rights; statut is of their view."""
    vu, chez = S(statut), DestinataireActuel(destinataire_actuel)
    ouvertes = tuple(offertes(droits, vu, chez, Routage(routage)))
    return tuple(_action(a, droits, vu, [t for t in ouvertes if t.action is a]) for a in Action)


def _action(
    a: Action, droits: int, statut: StatutSollicitation, ouvertes: list[Transition]
) -> ActionPossible:
    proposes = tuple(
        StatutPropose(t.choix, *CHOIX[t.choix], statut_resultant=t.statut)
        for t in ouvertes
        if t.choix
    )
    if ouvertes:
        return ActionPossible(a, proposes, CHAMPS_REQUIS[a])
    if not _DROITS_DE_L_ACTION[a] & droits:
        return _indisponible(a, AccesRefuse.code, AccesRefuse.message)
    return _indisponible(a, TransitionInterdite.code, pourquoi_pas(a, statut))


def _indisponible(a: Action, code: str, motif: str) -> ActionPossible:
    return ActionPossible(a, (), CHAMPS_REQUIS[a], code, motif, disponible=False)
