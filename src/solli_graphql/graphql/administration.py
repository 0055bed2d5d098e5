"""The roots of administration: accounts, and what each may do."""

from typing import Annotated, Any

import strawberry
from strawberry import Info

from solli_graphql.db.queries import compte
from solli_graphql.domain.acteur import Acteur
from solli_graphql.graphql.comptes import Compte
from solli_graphql.graphql.enums import Role
from solli_graphql.graphql.fields import arg, champ, donnee, objet, racine
from solli_graphql.graphql.permissions import PeutAdministrer
from solli_graphql.graphql.refus import (
    AccesRefuse,
    ChampInvalide,
    CleIdempotenceReutilisee,
    Introuvable,
    membre,
)
from solli_graphql.services.comptes import Droit, Fait, Identifiants

CLE = "Clé d'idempotence, de 16 à 255 caractères."
COMPTE = "Identifiant global du compte, ou de l'utilisateur."
SUJET = "Sujet chez le fournisseur d'identité."
CLIENT = "Client technique d'un partenaire, chez le fournisseur d'identité."
STRUCTURE = "Structure ; absente pour tout le portail."


@objet
class AdministrationPriseEnCompte:
    """L'acte d'administration a été pris en compte."""

    confirmation: str = champ("Confirmation.")
    compte: Compte | None = champ("Le compte, relu ; null si l'appelant ne le voit plus.")
    rejoue: bool = champ("Réponse à une clé d'idempotence déjà servie ?")


ResultatAdministration = Annotated[
    AdministrationPriseEnCompte
    | ChampInvalide
    | AccesRefuse
    | Introuvable
    | CleIdempotenceReutilisee,
    strawberry.union("ResultatAdministration", description="Issue d'un acte d'administration."),
]


@strawberry.input(description="Habilitation à accorder.")
class HabilitationInput:
    """A role, where it holds, and on which services."""

    role: Role = donnee("Rôle.")
    structure: strawberry.ID | None = donnee(STRUCTURE)
    services: list[str] | None = donnee("Codes des services ; aucun : la structure entière.")


@strawberry.input(description="Nouveau compte.")
class CreerUtilisateurInput:
    """What `creerUtilisateur` takes."""

    courriel: str = donnee("Courriel ; si un compte l'a déjà, il reçoit l'habilitation.")
    nom: str = donnee("Nom de la personne ou du partenaire.")
    prenom: str | None = donnee("Prénom.")
    sujet: str | None = donnee(SUJET)
    client: str | None = donnee(CLIENT)
    habilitation: HabilitationInput | None = donnee("Première habilitation.")
    cle_idempotence: str | None = donnee(CLE)


@strawberry.input(description="Identité d'un compte chez le fournisseur d'identité.")
class LierUtilisateurInput:
    """What `lierUtilisateur` takes."""

    utilisateur: strawberry.ID = donnee(COMPTE)
    sujet: str | None = donnee(SUJET)
    client: str | None = donnee(CLIENT)
    cle_idempotence: str | None = donnee(CLE)


@strawberry.input(description="Habilitation accordée à un utilisateur.")
class AccorderHabilitationInput:
    """What `accorderHabilitation` takes."""

    utilisateur: strawberry.ID = donnee(COMPTE)
    habilitation: HabilitationInput = donnee("Habilitation ; elle remplace celle du même rôle.")
    cle_idempotence: str | None = donnee(CLE)


@strawberry.input(description="Habilitation retirée à un utilisateur.")
class RetirerHabilitationInput:
    """What `retirerHabilitation` takes."""

    utilisateur: strawberry.ID = donnee(COMPTE)
    role: Role = donnee("Rôle.")
    structure: strawberry.ID | None = donnee(STRUCTURE)
    cle_idempotence: str | None = donnee(CLE)


@strawberry.input(description="Compte à mettre hors d'usage, ou à y remettre.")
class CompteInput:
    """What `desactiverUtilisateur` and `reactiverUtilisateur` take."""

    utilisateur: strawberry.ID = donnee(COMPTE)
    cle_idempotence: str | None = donnee(CLE)


Contexte = Info[Any, Acteur]


def _repondre(acteur: Acteur, fait: Fait) -> Any:
    return membre(
        AdministrationPriseEnCompte,
        confirmation=fait.confirmation,
        compte=compte(acteur, fait.compte),
        rejoue=fait.rejoue,
    )


def _droit(h: HabilitationInput) -> Droit:
    return Droit(h.role, h.structure, tuple(h.services or ()))


@racine(ResultatAdministration, "Créer un compte.", PeutAdministrer())
async def creer_utilisateur(
    root: Acteur,
    info: Contexte,
    input: Annotated[CreerUtilisateurInput, arg("Compte.")],  # noqa: A002
) -> Any:
    fait = await info.context.comptes.creer(
        root,
        courriel=input.courriel,
        nom=input.nom,
        prenom=input.prenom,
        identifiants=Identifiants(input.sujet, input.client),
        droit=None if input.habilitation is None else _droit(input.habilitation),
        cle=info.context.cle_de(input),
    )
    return _repondre(root, fait)


@racine(ResultatAdministration, "Dire qui est un compte ailleurs, ou le délier.", PeutAdministrer())
async def lier_utilisateur(
    root: Acteur,
    info: Contexte,
    input: Annotated[LierUtilisateurInput, arg("Identité.")],  # noqa: A002
) -> Any:
    identite, cle = Identifiants(input.sujet, input.client), info.context.cle_de(input)
    return _repondre(root, await info.context.comptes.lier(root, input.utilisateur, identite, cle))


@racine(ResultatAdministration, "Accorder une habilitation.", PeutAdministrer())
async def accorder_habilitation(
    root: Acteur,
    info: Contexte,
    input: Annotated[AccorderHabilitationInput, arg("Habilitation.")],  # noqa: A002
) -> Any:
    droit, cle = _droit(input.habilitation), info.context.cle_de(input)
    return _repondre(root, await info.context.comptes.accorder(root, input.utilisateur, droit, cle))


@racine(ResultatAdministration, "Retirer une habilitation.", PeutAdministrer())
async def retirer_habilitation(
    root: Acteur,
    info: Contexte,
    input: Annotated[RetirerHabilitationInput, arg("Habilitation.")],  # noqa: A002
) -> Any:
    droit, cle = Droit(input.role, input.structure), info.context.cle_de(input)
    return _repondre(root, await info.context.comptes.retirer(root, input.utilisateur, droit, cle))


@racine(ResultatAdministration, "Mettre un compte hors d'usage.", PeutAdministrer())
async def desactiver_utilisateur(
    root: Acteur,
    info: Contexte,
    input: Annotated[CompteInput, arg("Compte.")],  # noqa: A002
) -> Any:
    activer, cle = info.context.comptes.activer, info.context.cle_de(input)
    return _repondre(root, await activer(root, input.utilisateur, actif=False, cle=cle))


@racine(ResultatAdministration, "Remettre un compte en usage.", PeutAdministrer())
async def reactiver_utilisateur(
    root: Acteur,
    info: Contexte,
    input: Annotated[CompteInput, arg("Compte.")],  # noqa: A002
) -> Any:
    activer, cle = info.context.comptes.activer, info.context.cle_de(input)
    return _repondre(root, await activer(root, input.utilisateur, actif=True, cle=cle))


ROOTS = [
    *(creer_utilisateur, lier_utilisateur, accorder_habilitation, retirer_habilitation),
    *(desactiver_utilisateur, reactiver_utilisateur),
]
