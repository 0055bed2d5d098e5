"""The root that prepares an upload, and what it answers."""

from typing import Annotated, Any

import strawberry
from strawberry import Info

from solli_graphql.domain.acteur import Acteur
from solli_graphql.domain.numeros import gid
from solli_graphql.graphql.fields import arg, champ, donnee, objet, racine
from solli_graphql.graphql.permissions import PeutTeleverser
from solli_graphql.graphql.refus import AccesRefuse, ChampInvalide, membre


@objet
class EnTete:
    """En-tête HTTP."""

    nom: str = champ("Nom.")
    valeur: str = champ("Valeur.")


@objet
class Televersement:
    """Fichier annoncé : où et comment envoyer ses octets."""

    id: strawberry.ID = champ("Identifiant, à donner ensuite dans piecesJointes.")
    url: str = champ("Où envoyer les octets, pendant cinq minutes, sans jeton.")
    methode: str = champ("Méthode HTTP.")
    entetes: list[EnTete] = champ("En-têtes à envoyer.")


@objet
class TeleversementPrepare:
    """Le fichier est attendu."""

    televersement: Televersement = champ("Ce qui est attendu.")


ResultatTeleversement = Annotated[
    TeleversementPrepare | ChampInvalide | AccesRefuse,
    strawberry.union("ResultatTeleversement", description="Issue d'une préparation d'envoi."),
]


@strawberry.input(description="Fichier à joindre.")
class PreparerTeleversementInput:
    """What `preparerTeleversement` takes."""

    nom_fichier: str = donnee("Nom du fichier : nettoyé, jamais refusé.")
    type_mime: str = donnee("Type MIME ; le contenu et l'extension s'y conforment.")
    taille: int = donnee("Taille, en octets.")
    sha256: str = strawberry.field(
        description="Empreinte SHA-256 des octets, en hexadécimal.", name="sha256"
    )


@racine(
    ResultatTeleversement, "Annoncer un fichier, pour l'envoyer puis le joindre.", PeutTeleverser()
)
async def preparer_televersement(
    root: Acteur,
    info: Info[Any, Acteur],
    input: Annotated[PreparerTeleversementInput, arg("Fichier.")],  # noqa: A002
) -> Any:
    prepare = await info.context.televersements.preparer(
        root,
        nom=input.nom_fichier,
        type_mime=input.type_mime,
        taille=input.taille,
        empreinte=input.sha256,
    )
    entetes = [EnTete(nom="Content-Type", valeur=prepare.type_mime)]
    id_ = strawberry.ID(gid("Televersement", prepare.id))
    attendu = Televersement(id=id_, url=prepare.url, methode="PUT", entetes=entetes)
    return membre(TeleversementPrepare, televersement=attendu)
