"""The roots of Mutation: each reads its input, calls one service, and returns a member."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any

import strawberry
from strawberry import Info
from strawberry.tools import create_type

from solli_graphql.domain.acteur import Acteur
from solli_graphql.domain.errors import AccesRefuse
from solli_graphql.graphql.administration import ROOTS
from solli_graphql.graphql.bac import jouer_autre_partie, reinitialiser_demo
from solli_graphql.graphql.enums import StatutTraitement, TypeObjet
from solli_graphql.graphql.exportation import exporter
from solli_graphql.graphql.fields import arg, donnee, racine
from solli_graphql.graphql.permissions import (
    PeutCloturer,
    PeutRepondreComplement,
    PeutRouvrir,
    PeutSoumettre,
    PeutTraiter,
)
from solli_graphql.graphql.refus import ResultatAction, prise_en_compte
from solli_graphql.graphql.televersements import preparer_televersement
from solli_graphql.services.comptes import Comptes
from solli_graphql.services.depot import Depot
from solli_graphql.services.exports import Exports
from solli_graphql.services.sollicitations import Options, PriseEnCompte, Sollicitations
from solli_graphql.services.televersements import Televersements

ID = strawberry.ID
Gesture = Callable[..., Awaitable[PriseEnCompte]]


IDENTIFIANT = "Identifiant global de la sollicitation."
VERSION = "Version que l'appelant a lue : si elle a changé, ConflitDeVersion."
CLE = "Clé d'idempotence, de 16 à 255 caractères."
EN_DEMONSTRATION = "Cette action n'existe que dans une démonstration (SOLLI_MODE=demo)."
SIMULATION = "Tout vérifier sans rien écrire."
PIECES = "Identifiants de téléversements, reçus et à joindre."


@strawberry.input(description="Nouvelle sollicitation.")
class SoumettreSollicitationInput:
    """What `soumettreSollicitation` takes."""

    categorie: str = donnee("Code de la catégorie.")
    sous_categorie: str = donnee("Code de la sous-catégorie.")
    type_objet: TypeObjet | None = donnee("Type de l'objet concerné.")
    numero_objet: str | None = donnee("Numéro de l'objet, 200 caractères au plus.")
    structure_emettrice: ID = donnee("Structure au nom de laquelle on soumet.")
    service_emetteur: str | None = donnee("Code du service émetteur.")
    structure_destinataire: ID | None = donnee(
        "Structure destinataire : obligatoire si le routage est METIER, interdite sinon."
    )
    service_destinataire: str | None = donnee("Code du service destinataire.")
    courriel: str = donnee("Courriel de contact.")
    telephone: str | None = donnee("Téléphone de contact.")
    description: str = donnee("Question posée, 10 000 caractères au plus.")
    cle_idempotence: str | None = donnee(CLE)
    simulation: bool | None = donnee(SIMULATION)
    pieces_jointes: list[ID] | None = donnee(PIECES)


@strawberry.input(description="Traitement d'une sollicitation.")
class TraiterInput:
    """What `traiter` takes."""

    id: ID = donnee(IDENTIFIANT)
    statut: StatutTraitement = donnee("Choix de l'agent : obligatoire, sans valeur par défaut.")
    mise_a_jour: str = donnee("Mise à jour de la sollicitation : son sens dépend du choix.")
    version_attendue: int | None = donnee(VERSION)
    cle_idempotence: str | None = donnee(CLE)
    simulation: bool | None = donnee(SIMULATION)
    pieces_jointes: list[ID] | None = donnee(PIECES)


@strawberry.input(description="Complément d'information.")
class RepondreComplementInput:
    """What `repondreComplement` takes."""

    id: ID = donnee(IDENTIFIANT)
    reponse: str = donnee("Réponse à la demande d'information.")
    version_attendue: int | None = donnee(VERSION)
    cle_idempotence: str | None = donnee(CLE)
    simulation: bool | None = donnee(SIMULATION)
    pieces_jointes: list[ID] | None = donnee(PIECES)


@strawberry.input(description="Réouverture d'une sollicitation.")
class RouvrirInput:
    """What `rouvrir` takes."""

    id: ID = donnee(IDENTIFIANT)
    commentaire: str = donnee("Pourquoi la réponse ne convient pas.")
    version_attendue: int | None = donnee(VERSION)
    cle_idempotence: str | None = donnee(CLE)
    simulation: bool | None = donnee(SIMULATION)
    pieces_jointes: list[ID] | None = donnee(PIECES)


@strawberry.input(description="Clôture d'une sollicitation.")
class CloturerInput:
    """What `cloturer` takes."""

    id: ID = donnee(IDENTIFIANT)
    commentaire: str | None = donnee("Commentaire.")
    version_attendue: int | None = donnee(VERSION)
    cle_idempotence: str | None = donnee(CLE)
    simulation: bool | None = donnee(SIMULATION)


class Context:
    """What a mutation needs besides its input: the services, and the Idempotency-Key header."""

    def __init__(
        self,
        sollicitations: Sollicitations,
        comptes: Comptes,
        televersements: Televersements,
        exports: Exports,
        bac: Any,
        *,
        cle: str | None,
    ) -> None:
        self.sollicitations, self.comptes = sollicitations, comptes
        self.televersements, self.exports, self._bac, self.cle = televersements, exports, bac, cle

    @property
    def demonstration(self) -> Any:
        """Give the sandbox. Raises AccesRefuse where there is none."""
        if self._bac is None:
            raise AccesRefuse(EN_DEMONSTRATION)
        return self._bac

    def cle_de(self, entree: Any) -> str | None:
        """Give the idempotency key of an input, or else the header's."""
        cle: str | None = entree.cle_idempotence
        return self.cle if cle is None else cle

    def options(self, entree: Any) -> Options:
        """Gather what every command may be given."""
        return Options(
            version_attendue=getattr(entree, "version_attendue", None),
            cle=self.cle_de(entree),
            simulation=bool(entree.simulation),
            pieces_jointes=tuple(getattr(entree, "pieces_jointes", None) or ()),
        )


async def _agir(
    root: Acteur, info: Info[Context, Acteur], entree: Any, geste: Gesture, **champs: Any
) -> Any:
    """Make a gesture on the sollicitation that an input names."""
    options = info.context.options(entree)
    prise = await geste(root, entree.id, **champs, options=options)
    return prise_en_compte(root, prise, simulation=options.simulation)


DEPOT = (
    *("categorie", "sous_categorie", "structure_emettrice", "courriel", "description"),
    *("type_objet", "numero_objet", "service_emetteur", "structure_destinataire"),
    *("service_destinataire", "telephone"),
)


@racine(ResultatAction, "Soumettre une sollicitation.", PeutSoumettre())
async def soumettre_sollicitation(
    root: Acteur,
    info: Info[Context, Acteur],
    input: Annotated[SoumettreSollicitationInput, arg("Sollicitation.")],  # noqa: A002
) -> Any:
    depot, options = Depot(**{n: getattr(input, n) for n in DEPOT}), info.context.options(input)
    prise = await info.context.sollicitations.soumettre(root, depot, options)
    return prise_en_compte(root, prise, simulation=options.simulation)


@racine(ResultatAction, "Traiter une sollicitation : son unique geste.", PeutTraiter())
async def traiter(
    root: Acteur,
    info: Info[Context, Acteur],
    input: Annotated[TraiterInput, arg("Traitement.")],  # noqa: A002
) -> Any:
    champs = {"statut": input.statut, "texte": input.mise_a_jour}
    return await _agir(root, info, input, info.context.sollicitations.traiter, **champs)


@racine(ResultatAction, "Répondre à une demande.", PeutRepondreComplement())
async def repondre_complement(
    root: Acteur,
    info: Info[Context, Acteur],
    input: Annotated[RepondreComplementInput, arg("Complément.")],  # noqa: A002
) -> Any:
    geste = info.context.sollicitations.repondre_complement
    return await _agir(root, info, input, geste, texte=input.reponse)


@racine(ResultatAction, "Rouvrir une sollicitation répondue ou clôturée.", PeutRouvrir())
async def rouvrir(
    root: Acteur,
    info: Info[Context, Acteur],
    input: Annotated[RouvrirInput, arg("Réouverture.")],  # noqa: A002
) -> Any:
    geste = info.context.sollicitations.rouvrir
    return await _agir(root, info, input, geste, texte=input.commentaire)


@racine(ResultatAction, "Clôturer une sollicitation répondue.", PeutCloturer())
async def cloturer(
    root: Acteur,
    info: Info[Context, Acteur],
    input: Annotated[CloturerInput, arg("Clôture.")],  # noqa: A002
) -> Any:
    geste = info.context.sollicitations.cloturer
    return await _agir(root, info, input, geste, texte=input.commentaire)


Mutation = create_type(
    "Mutation",
    [
        *(soumettre_sollicitation, traiter, repondre_complement, rouvrir, cloturer),
        *(preparer_televersement, exporter, jouer_autre_partie, *ROOTS, reinitialiser_demo),
    ],
    description="Actions : une par document.",
)
