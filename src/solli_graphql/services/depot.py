"""What an emitter submits: read field by field, then checked against the reference data."""

from dataclasses import dataclass
from typing import Any

from solli_graphql.db import commandes as c
from solli_graphql.db.database import Tx
from solli_graphql.domain.numeros import identifiant
from solli_graphql.domain.textes import COURT, Champs
from solli_graphql.domain.workflow import Routage

PAS_LA_VOTRE = "Vous n'êtes pas habilité à soumettre au nom de cette structure et de ce service."
# Imported where they are used, for a process to start and stay small: only a submission needs them.
SLOW_TO_IMPORT = ("email_validator", "phonenumbers")
REGIONS = ("FR", "RE", "GP", "MQ", "GF", "YT", "NC", "PF", "PM", "WF")


@dataclass(frozen=True, slots=True)
class Depot:
    """A submission as it was sent; structures are global ids, services and categories codes."""

    categorie: str
    sous_categorie: str
    structure_emettrice: str
    courriel: str
    description: str
    type_objet: str | None = None
    numero_objet: str | None = None
    service_emetteur: str | None = None
    structure_destinataire: str | None = None
    service_destinataire: str | None = None
    telephone: str | None = None


@dataclass(frozen=True, slots=True)
class Lu:
    """A submission whose texts were read; ids are None where they were none of ours."""

    categorie: str
    sous_categorie: str
    emettrice: int | None
    destinataire: int | None
    destinataire_donne: bool
    courriel: str
    description: str
    type_objet: str | None
    numero_objet: str | None
    service_emetteur: str | None
    service_destinataire: str | None
    telephone: str | None


def lire(champs: Champs, depot: Depot) -> Lu:
    """Read each field on its own."""
    return Lu(
        categorie=champs.texte("categorie", depot.categorie, maximum=COURT),
        sous_categorie=champs.texte("sousCategorie", depot.sous_categorie, maximum=COURT),
        emettrice=identifiant(depot.structure_emettrice, "Structure"),
        destinataire=identifiant(depot.structure_destinataire, "Structure"),
        destinataire_donne=depot.structure_destinataire is not None,
        courriel=_courriel(champs, depot.courriel),
        description=champs.texte("description", depot.description),
        type_objet=depot.type_objet,
        numero_objet=champs.facultatif("numeroObjet", depot.numero_objet, maximum=COURT),
        service_emetteur=champs.facultatif(
            "serviceEmetteur", depot.service_emetteur, maximum=COURT
        ),
        service_destinataire=champs.facultatif(
            "serviceDestinataire", depot.service_destinataire, maximum=COURT
        ),
        telephone=_telephone(champs, depot.telephone),
    )


def _courriel(champs: Champs, valeur: str) -> str:
    texte = champs.texte("courriel", valeur, maximum=COURT)
    if not texte:
        return ""
    from email_validator import EmailNotValidError, validate_email  # noqa: PLC0415 - see above

    try:
        return validate_email(texte, check_deliverability=False).normalized
    except EmailNotValidError:
        champs.refuser("courriel", "FORMAT", "Cette adresse de courriel n'est pas valide.")
        return ""


def _telephone(champs: Champs, valeur: str | None) -> str | None:
    texte = champs.facultatif("telephone", valeur, maximum=COURT)
    if texte and not any(_possible(texte, region) for region in REGIONS):
        champs.refuser("telephone", "FORMAT", "Ce numéro de téléphone n'est pas valide.")
        return None
    return texte


def _possible(texte: str, region: str) -> bool:
    import phonenumbers  # noqa: PLC0415 - see above

    try:
        return phonenumbers.is_possible_number(phonenumbers.parse(texte, region))
    except phonenumbers.NumberParseException:
        return False


async def service(
    tx: Tx, champs: Champs, champ: str, structure: int | None, code: str | None
) -> int | None:
    """Find a service of a structure by its code; one of another structure is unknown."""
    if code is None or structure is None:
        return None
    trouve = await tx.one(c.SERVICE, structure=structure, code=code)
    if trouve is None:
        champs.refuser(champ, "INCONNU", "Ce service n'existe pas dans cette structure.")
    return trouve


async def resoudre(tx: Tx, champs: Champs, depot: Lu) -> tuple[dict[str, Any], str]:
    """
    Find what a submission names, and give the row's columns and the routing.

    Raises ChampInvalide with all that is wrong, when the catégorie is unknown.
    """
    a = await tx.one(c.AIGUILLER, categorie=depot.categorie, sous_categorie=depot.sous_categorie)
    if a is None:
        message = "Cette combinaison de catégorie et de sous-catégorie n'existe pas."
        champs.refuser("sousCategorie", "INCONNU", message)
        champs.verifier()
        raise AssertionError
    if a.numero_objet_requis and depot.numero_objet is None:
        message = "Cette sous-catégorie demande un numéro d'objet."
        champs.refuser("numeroObjet", "OBLIGATOIRE", message)
    await _destinataire(tx, champs, depot, a.routage)
    destinataire = "serviceDestinataire", depot.destinataire, depot.service_destinataire
    colonnes = {
        "categorie_id": a.categorie_id,
        "sous_categorie_id": a.sous_categorie_id,
        "type_objet": depot.type_objet,
        "numero_objet": depot.numero_objet,
        "structure_emettrice_id": depot.emettrice,
        "contact_courriel": depot.courriel,
        "contact_telephone": depot.telephone,
        "structure_destinataire_id": depot.destinataire,
        "service_destinataire_id": await service(tx, champs, *destinataire),
        "description": depot.description,
    }
    return colonnes, a.routage


async def _destinataire(tx: Tx, champs: Champs, depot: Lu, routage: str) -> None:
    """Check that a receiver is given exactly where the routing needs one (D1)."""
    if routage == Routage.SUPPORT:
        message = (
            "Cette sous-catégorie est traitée par le support : n'indiquez pas de destinataire."
        )
        if depot.destinataire_donne:
            champs.refuser("structureDestinataire", "INTERDIT", message)
        if depot.service_destinataire:
            champs.refuser("serviceDestinataire", "INTERDIT", message)
    elif not depot.destinataire_donne:
        message = "Cette sous-catégorie demande une structure destinataire."
        champs.refuser("structureDestinataire", "OBLIGATOIRE", message)
    else:
        publique = await tx.one(c.PUBLIQUE, id=depot.destinataire or 0)
        if publique is None:
            champs.refuser("structureDestinataire", "INCONNU", "Cette structure n'existe pas.")
        elif not publique:
            message = "Seule une structure publique peut recevoir une sollicitation."
            champs.refuser("structureDestinataire", "INTERDIT", message)
