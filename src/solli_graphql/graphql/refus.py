"""The members of ResultatAction: what a mutation answers, refusals included."""

from collections.abc import Callable
from typing import Annotated, Any, Union

import strawberry

from solli_graphql.db.plan.reads import Read
from solli_graphql.db.queries import par_id
from solli_graphql.domain import errors as e
from solli_graphql.domain.acteur import Acteur
from solli_graphql.graphql.enums import Espace, StatutSollicitation
from solli_graphql.graphql.fields import champ as decrire
from solli_graphql.graphql.fields import objet
from solli_graphql.graphql.sollicitations import LigneHistorique, Sollicitation
from solli_graphql.services.sollicitations import PriseEnCompte


@strawberry.interface(description="Refus d'une mutation : rien n'a changé.")
class Refus:
    """What every refusal says."""

    code: str = decrire("Code stable du refus.")
    message: str = decrire("Message en français.")


@objet
class ResultatSimulation:
    """Ce que ferait la mutation."""

    statut: StatutSollicitation = decrire("Statut résultant.")
    libelle_emetteur: str = decrire("Ce statut, dans les mots de l'émetteur.")
    libelle_traitant: str = decrire("Ce statut, dans les mots de qui l'aurait.")
    quitte: Espace | None = decrire("Synthèse quittée.")
    entre: Espace | None = decrire("Synthèse où elle entrerait.")


@objet
class ActionPriseEnCompte:
    """L'action a été prise en compte."""

    confirmation: str = decrire("Confirmation.")
    sollicitation: Sollicitation | None = decrire("La sollicitation, relue.")
    rejoue: bool = decrire("Réponse à une clé d'idempotence déjà servie ?")
    simulation: ResultatSimulation | None = decrire("Ce qui arriverait, si on l'a demandé.")


@objet
class ErreurDeChamp:
    """Ce qui ne va pas dans un champ."""

    champ: str = decrire("Nom du champ dans le schéma.")
    code: str = decrire("OBLIGATOIRE, TROP_LONG, FORMAT, INCONNU ou INTERDIT.")
    message: str = decrire("Message en français.")


@objet
class ChampInvalide(Refus):
    """Un ou plusieurs champs ne vont pas."""

    champ: str = decrire("Le premier de ces champs.")
    erreurs: list[ErreurDeChamp] = decrire("Tout ce qui ne va pas.")


@objet
class TransitionInterdite(Refus):
    """L'état présent ne permet pas cette action."""

    statut_actuel: StatutSollicitation = decrire("Statut, dans la vue de l'appelant.")


@objet
class ConflitDeVersion(Refus):
    """Quelqu'un a agi depuis la version attendue."""

    version_actuelle: int = decrire("Version, dans la vue de l'appelant.")
    sollicitation: Sollicitation | None = decrire("La sollicitation, telle qu'elle est.")
    modifications: list[LigneHistorique] = decrire("Ce qui s'est passé depuis, le récent d'abord.")


@objet
class AccesRefuse(Refus):
    """Le rôle de l'appelant ne permet pas cette action."""


@objet
class Introuvable(Refus):
    """Absente ou invisible : rien ne les distingue."""


@objet
class CleIdempotenceReutilisee(Refus):
    """La clé d'idempotence a servi pour une autre demande."""


ResultatAction = Annotated[
    Union[  # noqa: UP007
        ActionPriseEnCompte,
        ChampInvalide,
        TransitionInterdite,
        ConflitDeVersion,
        AccesRefuse,
        Introuvable,
        CleIdempotenceReutilisee,
    ],
    strawberry.union("ResultatAction", description="Issue d'une mutation."),
]


class Since(tuple[Read, int]):
    """The history lines of one sollicitation after a version, to be read by the plan."""

    __slots__ = ()


def membre(type_: Any, **valeurs: Any) -> Any:
    """Make a member whose objects are still to be read, or projected, by the executor."""
    return type_(**valeurs)


def prise_en_compte(acteur: Acteur, prise: PriseEnCompte, *, simulation: bool = False) -> Any:
    """Make the member of an accepted action; what it was about is read again for its caller."""
    return membre(
        ActionPriseEnCompte,
        confirmation=prise.confirmation,
        sollicitation=None if prise.id is None else par_id(acteur, prise.id),
        rejoue=prise.rejoue,
        simulation=prise.simuler() if simulation else None,
    )


def _refus(type_: Any, error: e.SolliError, **valeurs: Any) -> Any:
    return membre(type_, code=error.code, message=error.message, **valeurs)


def _champ_invalide(error: e.ChampInvalide, _: Acteur) -> Any:
    return _refus(ChampInvalide, error, champ=error.erreurs[0].champ, erreurs=error.erreurs)


def _transition(error: e.TransitionInterdite, _: Acteur) -> Any:
    return _refus(TransitionInterdite, error, statut_actuel=error.statut_actuel)


def _conflit(error: e.ConflitDeVersion, acteur: Acteur) -> Any:
    read = par_id(acteur, error.id)
    depuis = Since((read, error.attendue))
    valeurs = {"version_actuelle": error.actuelle, "modifications": depuis}
    return _refus(ConflitDeVersion, error, sollicitation=read, **valeurs)


def _simple(type_: Any) -> Callable[[Any, Acteur], Any]:
    return lambda error, _: _refus(type_, error)


MEMBERS: dict[type[e.SolliError], Callable[[Any, Acteur], Any]] = {
    e.ChampInvalide: _champ_invalide,
    e.TransitionInterdite: _transition,
    e.ConflitDeVersion: _conflit,
    e.AccesRefuse: _simple(AccesRefuse),
    e.Introuvable: _simple(Introuvable),
    e.CleIdempotenceReutilisee: _simple(CleIdempotenceReutilisee),
}
