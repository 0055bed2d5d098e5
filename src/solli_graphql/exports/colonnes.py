"""The columns of a table of sollicitations: their French labels, and what each holds of a row."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import cache
from operator import itemgetter
from typing import Any, NamedTuple

from solli_graphql.domain.numeros import PARIS

Ligne = Mapping[str, Any]
Valeur = str | int | datetime | None  # a datetime is naive, of Paris: spreadsheets know no zone


class Colonne(NamedTuple):
    """One column; `traitants`: only those who treat have it."""

    titre: str
    valeur: Callable[[Ligne], Valeur]
    largeur: int = 18
    traitants: bool = False


def _de(objet: str, nom: str) -> Callable[[Ligne], Any]:
    """Give what an object of the row has, or None where it is absent."""
    return lambda ligne: (o := ligne[objet]) and o[nom]


def _identifiant(structure: str, nom: str) -> Callable[[Ligne], Any]:
    return lambda ligne: (s := ligne[structure]) and s["identifiant"][nom]


@cache
def _en_mots(valeur: str) -> str:
    return valeur.replace("_", " ").capitalize()


def _mot(nom: str) -> Callable[[Ligne], str | None]:
    """Write a value of an enum as words: "Facture travaux"."""
    return lambda ligne: (valeur := ligne[nom]) and _en_mots(valeur)


def _quand(nom: str) -> Callable[[Ligne], datetime]:
    def valeur(ligne: Ligne) -> datetime:
        lu = ligne[nom]
        instant = lu if isinstance(lu, datetime) else datetime.fromisoformat(lu)
        return instant.astimezone(PARIS).replace(tzinfo=None, microsecond=0)

    return valeur


def _personne(ligne: Ligne) -> str | None:
    qui = ligne["priseEnChargePar"]
    return qui and " ".join(n for n in (qui["prenom"], qui["nom"]) if n)


def _structure(champ: str, adjectif: str) -> list[Colonne]:
    return [
        Colonne(f"Structure {adjectif}", _de(champ, "designation"), 30),
        Colonne(f"Raison sociale {adjectif}", _de(champ, "raisonSociale"), 30),
        Colonne(f"Type d'identifiant {adjectif}", _identifiant(champ, "type")),
        Colonne(f"Identifiant {adjectif}", _identifiant(champ, "valeur")),
    ]


def _service(champ: str, adjectif: str) -> list[Colonne]:
    return [
        Colonne(f"Code du service {adjectif}", _de(champ, "code")),
        Colonne(f"Service {adjectif}", _de(champ, "libelle"), 30),
    ]


COLONNES: Sequence[Colonne] = (
    Colonne("Numéro", itemgetter("numero")),
    Colonne("Statut", itemgetter("statutLibelle"), 28),
    Colonne("Motif", _mot("motif")),
    Colonne("Destinataire actuel", _mot("destinataireActuel")),
    Colonne("Date de dépôt", _quand("dateDepot")),
    Colonne("Dernière mise à jour", _quand("dateMiseAJour")),
    Colonne("Catégorie", _de("categorie", "libelle"), 30),
    Colonne("Sous-catégorie", _de("sousCategorie", "libelle"), 30),
    Colonne("Type d'objet", _mot("typeObjet")),
    Colonne("Numéro d'objet", itemgetter("numeroObjet")),
    Colonne("Description", itemgetter("description"), 60),
    *_structure("structureEmettrice", "émettrice"),
    *_service("serviceEmetteur", "émetteur"),
    Colonne("Courriel", _de("contact", "courriel"), 30),
    Colonne("Téléphone", _de("contact", "telephone")),
    *_structure("structureDestinataire", "destinataire"),
    *_service("serviceDestinataire", "destinataire"),
    Colonne("Prise en charge par", _personne, 24, traitants=True),
    Colonne("Brouillon", itemgetter("brouillon"), 60, traitants=True),
    Colonne("Transferts", itemgetter("transferts"), 10),
    Colonne("Réouvertures", itemgetter("reouvertures"), 12),
    Colonne("Allers-retours", lambda ligne: "Oui" if ligne["allersRetours"] else "Non", 14),
)


def colonnes(*, traitant: bool) -> list[Colonne]:
    """List the columns of a reader: who does not treat has none for drafts."""
    return [c for c in COLONNES if traitant or not c.traitants]
