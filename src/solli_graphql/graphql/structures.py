"""Structures, their identifiers and services; categories; users."""

import strawberry

from solli_graphql.db import relations as r
from solli_graphql.db.plan.sources import Embedded, Many
from solli_graphql.graphql.enums import Routage, TypeIdentifiant
from solli_graphql.graphql.fields import champ, identite, lu, objet


def en_usage() -> dict[str, bool]:
    """Keep the reference data that is in use."""
    return {"actif": True}


@strawberry.interface(description="Objet que l'on retrouve par son identifiant global.")
class Node:
    """What a global id finds."""

    id: strawberry.ID = strawberry.field(description="Identifiant global.")


@objet
class Identifiant:
    """Identifiant d'une structure."""

    type: TypeIdentifiant = champ("Type de l'identifiant.")
    valeur: str = champ("Valeur, dans sa forme canonique.")


@lu(r.SERVICE)
class Service:
    """Service d'une structure."""

    code: str = champ("Code, unique dans sa structure.")
    libelle: str = champ("Libellé.")


@lu(r.STRUCTURE)
class Structure(Node):
    """Organisation connue par un identifiant."""

    id: strawberry.ID = identite("Structure")
    designation: str = champ("Désignation.")
    raison_sociale: str = champ("Raison sociale.")
    identifiant: Identifiant = champ("Identifiant.", Embedded("identifiant_"))
    publique: bool = champ("Structure publique, qui peut recevoir des sollicitations.")
    services: list[Service] = champ("Services en usage.", Many("structure_id", "code", en_usage))


@lu(r.SOUS_CATEGORIE)
class SousCategorie:
    """Sous-catégorie : avec la catégorie, elle décide qui reçoit la sollicitation."""

    code: str = champ("Code, unique dans sa catégorie.")
    libelle: str = champ("Libellé.")
    routage: Routage = champ("Qui reçoit la sollicitation.")
    numero_objet_requis: bool = champ("Un numéro d'objet est-il obligatoire ?")
    modele: str | None = champ("Modèle de description proposé.")


@lu(r.CATEGORIE)
class Categorie:
    """Catégorie de sollicitations."""

    code: str = champ("Code.")
    libelle: str = champ("Libellé.")
    sous_categories: list[SousCategorie] = champ(
        "Sous-catégories en usage.", Many("categorie_id", "ordre", en_usage)
    )


@lu(r.UTILISATEUR)
class Utilisateur(Node):
    """Personne qui a un compte."""

    id: strawberry.ID = identite("Utilisateur")
    nom: str = champ("Nom.")
    prenom: str = champ("Prénom.")


@objet
class Auteur:
    """Auteur d'une action."""

    nom: str = champ("Nom.")
    prenom: str = champ("Prénom.")


@objet
class PageInfo:
    """Place d'une page dans sa liste."""

    has_next_page: bool = champ("Y a-t-il une page après ?")
    has_previous_page: bool = champ("Y a-t-il une page avant ?")
    start_cursor: str | None = champ("Curseur de la première ligne.")
    end_cursor: str | None = champ("Curseur de la dernière ligne.")


@objet
class StructureEdge:
    """Structure dans une liste."""

    cursor: str = champ("Curseur de cette ligne.")
    node: Structure = champ("La structure.")


@objet
class StructureConnection:
    """Page de structures."""

    edges: list[StructureEdge] = champ("Lignes, avec leurs curseurs.")
    nodes: list[Structure] = champ("Lignes, sans curseurs.")
    page_info: PageInfo = champ("Place de la page.")
    total_count: int = champ("Nombre exact de lignes dans toutes les pages.")
