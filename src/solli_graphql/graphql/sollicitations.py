"""The sollicitation as its caller sees it."""

from datetime import datetime
from typing import Annotated, Any

import strawberry
from strawberry import UNSET

from solli_graphql.db import relations as r
from solli_graphql.db.plan.sources import Column, Computed, Embedded, Link, Many, One
from solli_graphql.domain.libelles import libelle_vu
from solli_graphql.domain.workflow import actions_possibles
from solli_graphql.graphql.enums import (
    Action,
    DestinataireActuel,
    EtatPieceJointe,
    MotifATraiter,
    StatutSollicitation,
    StatutTraitement,
    TypeObjet,
)
from solli_graphql.graphql.facettes import Facette, declarer
from solli_graphql.graphql.fields import arg, champ, identite, lu, objet
from solli_graphql.graphql.structures import (
    Auteur,
    Categorie,
    Node,
    PageInfo,
    Service,
    SousCategorie,
    Structure,
    Utilisateur,
)
from solli_graphql.services.liens import Genre

LIGNES, LIGNES_MAXIMUM = 20, 100


def _lignes(
    first: int | None = None, avant_seq: int | None = None, apres_seq: int | None = None
) -> dict[str, int]:
    """Bound the history: 20 lines by default, clamped to 0–100."""
    limite = LIGNES if first is None else min(max(first, 0), LIGNES_MAXIMUM)
    bornes = {"avant_seq": avant_seq, "apres_seq": apres_seq}
    return {"limite": limite, **{n: v for n, v in bornes.items() if v is not None}}


def _historique(
    first: Annotated[int | None, arg("Nombre de lignes, de 0 à 100 ; 20 par défaut.")] = UNSET,
    avant_seq: Annotated[int | None, arg("Rang avant lequel s'arrêter.")] = UNSET,
) -> Any:
    """Declare the arguments of `historique`; the plan reads it."""


def _de_l_emetteur() -> dict[str, bool]:
    return {"de_l_emetteur": True}


@objet
class Contact:
    """Coordonnées données par l'émetteur."""

    courriel: str = champ("Adresse de courriel.")
    telephone: str | None = champ("Téléphone.")


@objet
class StatutPropose:
    """Choix offert à l'agent."""

    statut: StatutTraitement = champ("Le choix.")
    libelle: str = champ("Le choix, dans les mots du guide.")
    aide: str = champ("Ce que signifie la mise à jour pour ce choix.")
    statut_resultant: StatutSollicitation = champ("Statut auquel il conduit.")


@objet
class ActionPossible:
    """Action, et si l'appelant peut la faire maintenant."""

    action: Action = champ("L'action.")
    disponible: bool = champ("L'appelant peut-il la faire maintenant ?")
    statuts_proposes: list[StatutPropose] = champ("Choix offerts, pour TRAITER.")
    champs_requis: list[str] = champ("Champs obligatoires de la mutation.")
    code_indisponibilite: str | None = champ("Code du refus.")
    motif_indisponibilite: str | None = champ("Pourquoi elle n'est pas disponible.")


@lu(r.HISTORIQUE)
class LigneHistorique:
    """Étape du traitement."""

    seq: int = champ("Rang, sans trou, dans la vue de l'appelant.")
    date: datetime = champ("Date de l'action.")
    auteur: Auteur = champ("Auteur de l'action.", Embedded("auteur_"))
    ancien_statut: StatutSollicitation | None = champ("Statut avant l'action.")
    nouveau_statut: StatutSollicitation = champ("Statut après l'action.")
    ancien_statut_libelle: str | None = champ(
        "Statut avant l'action, dans les mots de l'appelant.",
        Computed(libelle_vu, ("ancien_statut", "ancien_destinataire", "droits", "espace")),
    )
    nouveau_statut_libelle: str = champ(
        "Statut après l'action, dans les mots de l'appelant.",
        Computed(libelle_vu, ("nouveau_statut", "destinataire", "droits", "espace")),
    )
    commentaire: str | None = champ("Commentaire, s'il est destiné à l'appelant.")


@lu(r.HISTORIQUE)
class CommentaireEmetteur:
    """Texte de l'émetteur : complément ou réouverture."""

    date: datetime = champ("Date.")
    auteur: Auteur = champ("Auteur.", Embedded("auteur_"))
    texte: str = champ("Texte.", Column(never_null="both actions require their text"))


@lu(r.PIECE_JOINTE)
class PieceJointe:
    """Fichier joint."""

    id: strawberry.ID = identite("PieceJointe")
    nom_fichier: str = champ("Nom du fichier.")
    type_mime: str = champ("Type MIME.")
    taille: int = champ("Taille, en octets.")
    sha256: str = champ("Empreinte SHA-256 des octets.", name="sha256")
    date_ajout: datetime = champ("Date d'ajout.")
    ajoutee_par: Auteur = champ("Qui l'a jointe.", Embedded("auteur_"))
    etat: EtatPieceJointe = champ("État.")
    url: str | None = champ(
        "Lien personnel, valable cinq minutes ; null si l'appelant ne peut la télécharger.",
        Link(Genre.PIECE, when="telechargeable"),
    )


@lu(r.SOLLICITATION)
class Sollicitation(Node):
    """Demande adressée à une structure publique ou au support, dans la vue de l'appelant."""

    id: strawberry.ID = identite("Sollicitation")
    numero: str = champ("Numéro, unique et jamais réutilisé.")
    version: int = champ("Version, à donner en versionAttendue.")
    statut: StatutSollicitation = champ("Statut.")
    statut_libelle: str = champ(
        "Statut, dans les mots de l'appelant.",
        Computed(libelle_vu, ("statut", "destinataire_actuel", "droits", "espace")),
    )
    motif: MotifATraiter | None = champ("Pourquoi elle est à traiter.")
    destinataire_actuel: DestinataireActuel = champ("Qui l'a.")
    categorie: Categorie = champ("Catégorie.", One("categorie_id"))
    sous_categorie: SousCategorie = champ("Sous-catégorie.", One("sous_categorie_id"))
    type_objet: TypeObjet | None = champ("Type de l'objet concerné.")
    numero_objet: str | None = champ("Numéro de l'objet concerné.")
    date_depot: datetime = champ("Date de dépôt.")
    date_mise_a_jour: datetime = champ("Date de la dernière mise à jour.")
    description: str = champ("Question posée par l'émetteur.")
    structure_emettrice: Structure = champ("Structure émettrice.", One("structure_emettrice_id"))
    service_emetteur: Service | None = champ("Service émetteur.", One("service_emetteur_id"))
    contact: Contact | None = champ(
        "Coordonnées de l'émetteur.", Embedded("contact_", present="contact_courriel")
    )
    structure_destinataire: Structure | None = champ(
        "Structure destinataire.", One("structure_destinataire_id")
    )
    service_destinataire: Service | None = champ(
        "Service destinataire.", One("service_destinataire_id")
    )
    prise_en_charge_par: Utilisateur | None = champ(
        "Qui l'a prise en charge.", One("prise_en_charge_par_id")
    )
    brouillon: str | None = champ("Brouillon de réponse, jamais visible de l'émetteur.")
    commentaires_emetteur: list[CommentaireEmetteur] = champ(
        "Compléments et réouvertures, du plus ancien au plus récent.",
        Many("sollicitation_id", "seq", _de_l_emetteur),
    )
    historique: list[LigneHistorique] = champ(
        "Étapes du traitement, de la plus récente à la plus ancienne.",
        Many("sollicitation_id", "-seq", _lignes),
        resolver=_historique,
    )
    pieces_jointes: list[PieceJointe] = champ("Pièces jointes.", Many("sollicitation_id", "id"))
    actions_possibles: list[ActionPossible] = champ(
        "Ce que l'appelant peut faire, et sinon pourquoi.",
        Computed(actions_possibles, ("droits", "statut", "destinataire_actuel", "routage")),
    )
    transferts: int = champ("Nombre de transferts entre la structure et le support.")
    reouvertures: int = champ("Nombre de réouvertures.")
    allers_retours: bool = champ("A-t-elle été rouverte après un transfert ?")
    pdf_url: str = champ(
        "Lien personnel, valable cinq minutes, vers son PDF tel que l'appelant la voit.",
        Link(Genre.PDF),
    )


@objet
class SollicitationEdge:
    """Sollicitation dans une liste."""

    cursor: str = champ("Curseur de cette ligne.")
    node: Sollicitation = champ("La sollicitation.")


@objet
class SollicitationConnection:
    """Page de sollicitations."""

    edges: list[SollicitationEdge] = champ("Lignes, avec leurs curseurs.")
    nodes: list[Sollicitation] = champ("Lignes, sans curseurs.")
    page_info: PageInfo = champ("Place de la page.")
    total_count: int = champ("Nombre exact de lignes dans toutes les pages.")
    facettes: list[Facette] = champ(
        "Combien de lignes, dans toutes les pages, ont chaque valeur.", resolver=declarer
    )
