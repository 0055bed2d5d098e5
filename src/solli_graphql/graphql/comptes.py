"""Accounts and what each may do, as their administrators see them."""

import strawberry

from solli_graphql.db import relations as r
from solli_graphql.db.plan.sources import Many, One
from solli_graphql.graphql.enums import Role
from solli_graphql.graphql.fields import champ, identite, lu, objet
from solli_graphql.graphql.structures import Node, PageInfo, Service, Structure


@lu(r.HABILITATION)
class Habilitation:
    """Droit d'un utilisateur sur une structure, ou sur tout le portail."""

    role: Role = champ("Rôle.")
    structure: Structure | None = champ(
        "Structure ; null pour tout le portail.", One("structure_id")
    )
    services: list[Service] = champ(
        "Services auxquels il se limite ; aucun : la structure entière.",
        Many("habilitation_id", "code", through=r.SERVICE_HABILITE),
    )


@lu(r.COMPTE)
class Compte(Node):
    """Compte d'un utilisateur ou d'un partenaire, pour qui l'administre."""

    id: strawberry.ID = identite("Compte")
    courriel: str = champ("Courriel.")
    nom: str = champ("Nom.")
    prenom: str = champ("Prénom.")
    actif: bool = champ("Le compte est-il en usage ?")
    sujet: str | None = champ("Sujet chez le fournisseur d'identité ; null s'il n'est pas lié.")
    client: str | None = champ("Client technique d'un partenaire, chez le fournisseur d'identité.")
    habilitations: list[Habilitation] = champ(
        "Habilitations que l'appelant administre.", Many("utilisateur_id", "id")
    )


@objet
class CompteEdge:
    """Compte dans une liste."""

    cursor: str = champ("Curseur de cette ligne.")
    node: Compte = champ("Le compte.")


@objet
class CompteConnection:
    """Page de comptes."""

    edges: list[CompteEdge] = champ("Lignes, avec leurs curseurs.")
    nodes: list[Compte] = champ("Lignes, sans curseurs.")
    page_info: PageInfo = champ("Place de la page.")
    total_count: int = champ("Nombre exact de lignes dans toutes les pages.")
