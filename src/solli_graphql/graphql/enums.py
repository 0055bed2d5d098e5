"""The enums and scalars of the schema, with the French meaning of each value."""

import re
from datetime import date, datetime

import strawberry

from graphql import GraphQLError
from solli_graphql.domain.acteur import Espace, Role
from solli_graphql.domain.identifiants import TypeIdentifiant
from solli_graphql.domain.objets import (
    EtatPieceJointe,
    FormatExport,
    TriSollicitations,
    TypeObjet,
)
from solli_graphql.domain.partie import GesteAutrePartie
from solli_graphql.domain.statistiques import AxeStatistiques
from solli_graphql.domain.workflow import (
    Action,
    DestinataireActuel,
    MotifATraiter,
    Routage,
    StatutSollicitation,
    StatutTraitement,
)
from solli_graphql.graphql.fields import enumeration

__all__ = [
    "DATE",
    "DATE_TIME",
    "Action",
    "AxeStatistiques",
    "DestinataireActuel",
    "Espace",
    "EtatPieceJointe",
    "FormatExport",
    "GesteAutrePartie",
    "MotifATraiter",
    "Role",
    "Routage",
    "StatutSollicitation",
    "StatutTraitement",
    "TriSollicitations",
    "TypeIdentifiant",
    "TypeObjet",
]

enumeration(
    Espace,
    "Le côté d'où l'on regarde.",
    {
        "EMISES": "Sollicitations émises par ses structures.",
        "RECUES": "Sollicitations reçues par ses structures.",
        "SUPPORT": "Sollicitations passées par le support.",
    },
)
enumeration(
    AxeStatistiques,
    "Ce qui distingue les groupes d'une statistique.",
    {
        "STATUT": "Statut, dans la vue de l'appelant.",
        "CATEGORIE": "Catégorie.",
        "SOUS_CATEGORIE": "Sous-catégorie.",
        "STRUCTURE_EMETTRICE": "Structure émettrice ; un pseudonyme y reste un pseudonyme.",
        "STRUCTURE_DESTINATAIRE": "Structure destinataire.",
        "SERVICE": "Service destinataire.",
        "TYPE_OBJET": "Type de l'objet concerné.",
        "DESTINATAIRE_ACTUEL": "Qui l'a : la structure, ou le support.",
        "JOUR": "Jour du dépôt, à Paris.",
        "SEMAINE": "Semaine du dépôt, du lundi, à Paris.",
        "MOIS": "Mois du dépôt, à Paris.",
    },
)
enumeration(
    Role,
    "Rôle d'une habilitation.",
    {
        "EMETTEUR": "Soumet, complète, rouvre et clôture.",
        "RECEPTEUR": "Traite ce que sa structure reçoit.",
        "SUPPORT": "Traite ce qui est transféré ou adressé au support.",
        "ANALYSTE": "Lit et compte, sans données personnelles.",
        "ADMINISTRATEUR": "Administre utilisateurs et référentiel.",
    },
)
enumeration(
    StatutSollicitation,
    "Statut d'une sollicitation ; chaque côté a ses mots (statutLibelle).",
    {
        "A_TRAITER": "Attend d'être traitée par son destinataire actuel.",
        "EN_COURS": "Prise en charge ; l'émetteur ne le sait jamais.",
        "EN_ATTENTE_INFORMATIONS": "Attend un complément de l'émetteur.",
        "REPONSE_APPORTEE": "A reçu une réponse.",
        "CLOTUREE": "Clôturée par l'émetteur.",
    },
)
enumeration(
    StatutTraitement,
    "Choix de l'agent qui traite.",
    {
        "DEMANDE_INFORMATION": "Demander des informations complémentaires à l'émetteur.",
        "RESOLUE": "Répondre à la question posée par l'émetteur.",
        "MAUVAISE_AFFECTATION": "Transférer au support, ou du support à la première structure.",
        "EN_COURS": "Prendre en charge et garder un brouillon de réponse.",
    },
)
enumeration(
    Action,
    "Ce que l'on peut faire d'une sollicitation.",
    {
        "TRAITER": "Choisir un statut et écrire la mise à jour.",
        "REPONDRE_COMPLEMENT": "Répondre à une demande d'information.",
        "ROUVRIR": "Renvoyer une réponse qui ne convient pas.",
        "CLOTURER": "Clore une sollicitation répondue.",
    },
)
enumeration(
    DestinataireActuel,
    "Qui a la sollicitation.",
    {"STRUCTURE": "La structure destinataire.", "SUPPORT": "Le support national."},
)
enumeration(
    MotifATraiter,
    "Pourquoi elle est arrivée dans une liste à traiter.",
    {
        "NOUVELLE": "Elle vient d'être déposée.",
        "COMPLEMENT_RECU": "L'émetteur a répondu à une demande d'information.",
        "ROUVERTE": "L'émetteur l'a rouverte.",
        "TRANSFEREE": "Elle a été transférée.",
    },
)
enumeration(
    Routage,
    "Où la combinaison de catégorie et de sous-catégorie envoie.",
    {"SUPPORT": "Au support national.", "METIER": "Au service métier d'une structure publique."},
)
enumeration(
    TypeIdentifiant,
    "Type d'identifiant d'une structure.",
    {
        "SIRET": "SIRET, 14 chiffres.",
        "UE_HORS_FRANCE": "Numéro de TVA intracommunautaire.",
        "HORS_UE": "Code du pays et 16 premiers caractères du nom.",
        "RIDET": "RIDET, Nouvelle-Calédonie.",
        "TAHITI": "Numéro TAHITI, Polynésie française.",
        "PARTICULIER": "Personne privée.",
    },
)
enumeration(
    TriSollicitations,
    "Ordre d'une recherche.",
    {
        "DATE_DEPOT_DESC": "Dépôt le plus récent d'abord.",
        "DATE_DEPOT_ASC": "Dépôt le plus ancien d'abord.",
        "DATE_MISE_A_JOUR_DESC": "Mise à jour la plus récente d'abord.",
        "DATE_MISE_A_JOUR_ASC": "Mise à jour la plus ancienne d'abord.",
    },
)


enumeration(
    TypeObjet,
    "Type de l'objet concerné (D3).",
    {
        "FACTURE": "Facture.",
        "FACTURE_TRAVAUX": "Facture de travaux.",
        "MEMOIRE_FRAIS_JUSTICE": "Mémoire de frais de justice.",
        "DEMANDE_REMBOURSEMENT": "Demande de remboursement.",
        "ENGAGEMENT_JURIDIQUE": "Engagement juridique.",
        "STRUCTURE": "Structure.",
        "UTILISATEUR": "Utilisateur.",
        "RACCORDEMENT": "Raccordement technique.",
        "AUTRE": "Autre objet.",
    },
)
enumeration(
    EtatPieceJointe,
    "État d'une pièce jointe.",
    {
        "EN_ANALYSE": "En attente de l'antivirus.",
        "DISPONIBLE": "Peut être téléchargée.",
        "REFUSEE": "Refusée par l'antivirus.",
    },
)

enumeration(
    FormatExport,
    "Format d'un export.",
    {
        "CSV": "CSV pour un tableur français : point-virgule, UTF-8 avec BOM.",
        "XLSX": "Classeur Excel.",
        "JSONL": "Un objet JSON par ligne, aux noms de ce schéma.",
    },
)

enumeration(
    GesteAutrePartie,
    "Ce que fait l'autre partie, dans une démonstration.",
    {
        "REPONDRE": "Apporte la réponse ; ou le complément, s'il est demandé.",
        "DEMANDER": "Demande une information à l'émetteur.",
        "TRANSFERER": "Transfère à l'autre destinataire.",
        "ROUVRIR": "Refuse la réponse.",
        "CLOTURER": "Clôt la sollicitation.",
    },
)

_JOUR = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def _date(valeur: object) -> date:
    """Read a day. Raises GraphQLError for anything but AAAA-MM-JJ."""
    try:
        if isinstance(valeur, str) and _JOUR.fullmatch(valeur):
            return date.fromisoformat(valeur)
    except ValueError:
        pass
    message = "Une date s'écrit AAAA-MM-JJ."
    raise GraphQLError(message)


DATE = strawberry.scalar(
    name="Date",
    description="Jour, AAAA-MM-JJ, compté à Paris.",
    specified_by_url="https://www.rfc-editor.org/rfc/rfc3339#section-5.6",
    serialize=str,
    parse_value=_date,
)
DATE_TIME = strawberry.scalar(
    name="DateTime",
    description="Instant en UTC, ISO 8601.",
    specified_by_url="https://scalars.graphql.org/andimarek/date-time",
    serialize=str,
    parse_value=datetime.fromisoformat,
)
