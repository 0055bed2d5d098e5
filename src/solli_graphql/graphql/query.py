"""The roots of Query: each returns what to read."""

from datetime import date
from typing import Annotated, Any

import strawberry
from strawberry import UNSET
from strawberry.tools import create_type

from solli_graphql.db import queries as q
from solli_graphql.domain.acteur import Acteur
from solli_graphql.graphql.comptes import CompteConnection
from solli_graphql.graphql.enums import (
    AxeStatistiques,
    DestinataireActuel,
    Espace,
    Role,
    StatutSollicitation,
    TriSollicitations,
    TypeIdentifiant,
    TypeObjet,
)
from solli_graphql.graphql.fields import arg, donnee, racine
from solli_graphql.graphql.permissions import EstAuthentifie, PeutAdministrer, PeutLire
from solli_graphql.graphql.sollicitations import Sollicitation, SollicitationConnection
from solli_graphql.graphql.statistiques import Statistiques
from solli_graphql.graphql.structures import (
    Categorie,
    Node,
    Structure,
    StructureConnection,
    Utilisateur,
)

First = Annotated[int | None, arg("Taille de la page, de 0 à 100 ; 20 par défaut.")]
After = Annotated[str | None, arg("Curseur après lequel la page commence.")]
Last = Annotated[int | None, arg("Taille de la page, comptée depuis la fin.")]
Before = Annotated[str | None, arg("Curseur avant lequel la page finit.")]


@strawberry.input(description="Critères d'une recherche ; il en faut au moins un.")
class FiltreSollicitations:
    """The criteria of `sollicitations`."""

    numero: str | None = donnee("Numéro.")
    categorie: str | None = donnee("Code de la catégorie.")
    sous_categorie: str | None = donnee("Code de la sous-catégorie.")
    statut: list[StatutSollicitation] | None = donnee("Statuts, dans la vue de l'appelant.")
    deposee_du: date | None = donnee("Premier jour de dépôt, compris, à Paris.")
    deposee_au: date | None = donnee("Dernier jour de dépôt, compris, à Paris.")
    identifiant_emetteur: str | None = donnee("Identifiant de la structure émettrice.")
    service_destinataire: str | None = donnee("Code du service destinataire.")
    type_objet: TypeObjet | None = donnee("Type de l'objet.")
    numero_objet: str | None = donnee("Numéro de l'objet.")
    texte: str | None = donnee(
        "Texte cherché sans casse ni accents, d'au moins 3 caractères, dans la description, "
        "le numéro d'objet et les textes de l'émetteur."
    )
    prise_en_charge_par: strawberry.ID | None = donnee("Qui l'a prise en charge.")
    destinataire_actuel: DestinataireActuel | None = donnee("Qui l'a.")


@strawberry.input(description="Critères de l'annuaire des structures.")
class FiltreStructures:
    """The criteria of `structures`."""

    texte: str | None = donnee("Texte cherché dans la désignation et la raison sociale.")
    identifiant: str | None = donnee("Identifiant.")
    type: TypeIdentifiant | None = donnee("Type d'identifiant.")
    publique: bool | None = donnee("Structures publiques, ou non.")


@strawberry.input(description="Critères des comptes.")
class FiltreUtilisateurs:
    """The criteria of `utilisateurs`."""

    courriel: str | None = donnee("Courriel.")
    role: Role | None = donnee("Rôle tenu ; avec structure, dans cette structure.")
    structure: strawberry.ID | None = donnee("Structure où une habilitation est tenue.")
    actif: bool | None = donnee("Comptes en usage, ou non.")


@racine(Utilisateur, "L'appelant.", EstAuthentifie())
def moi(root: Acteur) -> Any:
    return q.moi(root)


@racine(Node | None, "Objet d'un identifiant global, ou null.", EstAuthentifie())
def node(root: Acteur, id: Annotated[strawberry.ID, arg("Identifiant global.")]) -> Any:  # noqa: A002
    return q.nodes(root, [id])


@racine(list[Node | None], "Objets d'identifiants globaux, dans leur ordre.", EstAuthentifie())
def nodes(
    root: Acteur,
    ids: Annotated[list[strawberry.ID], arg("Identifiants globaux, au plus 100.")],
) -> Any:
    return q.nodes(root, ids)


@racine(Sollicitation | None, "Sollicitation d'un numéro, ou null.", EstAuthentifie())
def sollicitation(root: Acteur, numero: Annotated[str, arg("Numéro.")]) -> Any:
    return q.sollicitation(root, numero)


@racine(SollicitationConnection, "Ce qui attend une action d'un espace.", PeutLire())
def synthese(
    root: Acteur,
    espace: Annotated[Espace, arg("Espace.")],
    first: First = UNSET,
    after: After = UNSET,
    last: Last = UNSET,
    before: Before = UNSET,
) -> Any:
    return q.synthese(root, espace, first, after, last, before)


@racine(SollicitationConnection, "Recherche par au moins un critère.", PeutLire())
def sollicitations(
    root: Acteur,
    espace: Annotated[Espace, arg("Espace.")],
    filtre: Annotated[FiltreSollicitations, arg("Critères.")],
    tri: Annotated[
        TriSollicitations | None, arg("Ordre ; dépôt le plus récent d'abord par défaut.")
    ] = UNSET,
    first: First = UNSET,
    after: After = UNSET,
    last: Last = UNSET,
    before: Before = UNSET,
) -> Any:
    return q.sollicitations(root, espace, vars(filtre), tri, first, after, last, before)


@racine(Statistiques, "Nombres, délais et taux de ce qu'une recherche trouve.", PeutLire())
def statistiques(
    root: Acteur,
    espace: Annotated[Espace, arg("Espace.")],
    filtre: Annotated[FiltreSollicitations | None, arg("Critères ; sans eux, tout l'espace.")] = (
        UNSET
    ),
    grouper_par: Annotated[
        list[AxeStatistiques] | None, arg("Axes, au plus 3 ; sans eux, un seul groupe.")
    ] = UNSET,
) -> Any:
    return q.statistiques(root, espace, vars(filtre) if filtre else {}, grouper_par or ())


@racine(StructureConnection, "Annuaire des structures, par désignation.", EstAuthentifie())
def structures(
    root: Acteur,
    filtre: Annotated[FiltreStructures | None, arg("Critères.")] = UNSET,
    first: First = UNSET,
    after: After = UNSET,
    last: Last = UNSET,
    before: Before = UNSET,
) -> Any:
    criteres = vars(filtre) if filtre else {}
    return q.structures(root, criteres, first, after, last, before)


@racine(Structure | None, "Structure d'un identifiant, ou null.", EstAuthentifie())
def structure(
    root: Acteur,
    identifiant: Annotated[str, arg("Identifiant.")],
) -> Any:
    return q.structure(root, identifiant)


@racine(CompteConnection, "Qui peut faire quoi, parmi les comptes administrés.", PeutAdministrer())
def utilisateurs(
    root: Acteur,
    filtre: Annotated[FiltreUtilisateurs | None, arg("Critères.")] = UNSET,
    first: First = UNSET,
    after: After = UNSET,
    last: Last = UNSET,
    before: Before = UNSET,
) -> Any:
    criteres = vars(filtre) if filtre else {}
    return q.utilisateurs(root, criteres, first, after, last, before)


@racine(list[Categorie], "Catégories en usage.", EstAuthentifie())
def categories(root: Acteur) -> Any:
    return q.categories(root)


Query = create_type(
    "Query",
    [
        moi,
        node,
        nodes,
        sollicitation,
        synthese,
        sollicitations,
        statistiques,
        structures,
        structure,
        categories,
        utilisateurs,
    ],
    description="Lectures.",
)
