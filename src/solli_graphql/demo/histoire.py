"""The story of one sollicitation: what happened to it, played by the workflow itself."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from solli_graphql.domain import ecriture
from solli_graphql.domain.acteur import Acteur, Droits
from solli_graphql.domain.numeros import numero
from solli_graphql.domain.textes import replier
from solli_graphql.domain.workflow import (
    Action,
    DestinataireActuel,
    Etat,
    Geste,
    Routage,
    StatutTraitement,
    franchir,
)

if TYPE_CHECKING:
    from solli_graphql.demo.monde import Monde

FIN = datetime(2026, 11, 20, 17, 0, tzinfo=UTC)
PART_METIER, JOURS_RECENTS = 70, 45
A, T = Action, StatutTraitement

# What can happen to one, as letters: Question, Complément, Réponse, Brouillon, Transfert,
# Ouverture anew, clôture (X).
GESTES: Mapping[str, tuple[Action, StatutTraitement | None, str]] = {
    "Q": (A.TRAITER, T.DEMANDE_INFORMATION, "questions"),
    "C": (A.REPONDRE_COMPLEMENT, None, "complements"),
    "R": (A.TRAITER, T.RESOLUE, "reponses"),
    "B": (A.TRAITER, T.EN_COURS, "brouillons"),
    "T": (A.TRAITER, T.MAUVAISE_AFFECTATION, "transferts"),
    "O": (A.ROUVRIR, None, "reouvertures"),
    "X": (A.CLOTURER, None, "clotures"),
}
FINIES = {"R": 30, "RX": 22, "QCR": 12, "QCRX": 8, "BR": 10, "BRX": 6, "ROR": 4, "ROBRX": 2}
TRANSFEREES = {"TR": 3, "TRX": 2, "TROTR": 1}
OUVERTES = {"": 40, "B": 14, "Q": 20, "QC": 10, "RO": 6}
OUVERTES_TRANSFEREES = {"T": 5, "TB": 2, "TQ": 2, "TRO": 1}


@dataclass(frozen=True)
class Lieu:
    """A structure of the reference data, with its database ids."""

    id: int
    designation: str
    publique: bool
    services: tuple[int, ...]
    agents: list[Acteur] = field(default_factory=list)


@dataclass(frozen=True)
class Theme:
    """A pair of catégorie and sous-catégorie, with its texts."""

    categorie_id: int
    sous_categorie_id: int
    routage: Routage
    textes: Mapping[str, Any]


@dataclass
class Lot:
    """Rows ready to load, by table."""

    sollicitation: list[dict[str, Any]] = field(default_factory=list)
    historique: list[dict[str, Any]] = field(default_factory=list)
    historique_texte: list[dict[str, Any]] = field(default_factory=list)
    sollicitation_recherche: list[dict[str, Any]] = field(default_factory=list)
    piece_jointe: list[dict[str, Any]] = field(default_factory=list)


class Histoire:
    """The story of one sollicitation; `impose` plays it between emetteur and recepteur."""

    def __init__(self, monde: "Monde", id_: int, depot: datetime, impose: str | None) -> None:
        self._monde, self._id, self._date = monde, id_, depot
        self._pieces = impose is not None and id_ % 2 == 0
        metier = impose is not None or monde.entier(1, 100) <= PART_METIER
        self._emettrice = (
            monde.fournisseurs[0] if impose is not None else monde.choisir(monde.fournisseurs)
        )
        self._theme = monde.theme(metier=metier)
        self._destinataire = self._choisir_destinataire(metier=metier, impose=impose is not None)
        self._scenario = self._choisir_scenario(depot, metier=metier) if impose is None else impose
        self._mots = self._choisir_mots(depot)

    def _choisir_destinataire(self, *, metier: bool, impose: bool) -> Lieu | None:
        if not metier:
            return None
        lieu: Lieu = self._monde.publiques[
            0 if impose else self._monde.entier(0, len(self._monde.publiques) - 1)
        ]
        return lieu

    def _choisir_scenario(self, depot: datetime, *, metier: bool) -> str:
        """Leave recent ones open more often; only a métier one can be transferred."""
        recente = (FIN - depot).days < JOURS_RECENTS
        ouverte = self._monde.entier(1, 100) <= (55 if recente else 3)
        poids = OUVERTES if ouverte else FINIES
        if metier:
            poids = poids | (OUVERTES_TRANSFEREES if ouverte else TRANSFEREES)
        return self._monde.tirer(poids)

    def _choisir_mots(self, depot: datetime) -> dict[str, str]:
        m = self._monde
        type_ = self._theme.textes["typeObjet"]
        prefixe = {"FACTURE": "F", "ENGAGEMENT_JURIDIQUE": "EJ"}.get(type_ or "", "D")
        jour = depot - timedelta(days=m.entier(2, 60))
        return {
            "numero_objet": f"{prefixe}{jour.year}-{m.entier(1, 99999):05d}",
            "montant": f"{m.entier(80, 48000):,}".replace(",", "\u202f")
            + f",{m.entier(0, 99):02d}",
            "date": f"{jour.day:02d}/{jour.month:02d}/{jour.year}",
            "societe": self._emettrice.designation,
        }

    def jouer(self, lot: Lot) -> None:
        """Submit, then make each geste through the workflow, and add all rows to the batch."""
        m = self._monde
        emetteur = m.agent(self._emettrice)
        description = self._dire("descriptions", emetteur)
        trace = ecriture.soumettre(
            self._colonnes(description),
            emetteur,
            id_=self._id,
            routage=self._theme.routage,
            date=self._date,
            sel=m.octets(16),
        )
        if self._pieces:
            lot.piece_jointe.extend(m.pieces.de(self._id, emetteur, self._date))
        row, cherche = trace.row, replier(description, trace.row["numero_objet"])
        self._ajouter(lot, trace)
        for lettre in self._scenario:
            cherche += self._suite(lot, row, lettre, emetteur)
        lot.sollicitation.append(row)
        lot.sollicitation_recherche.append({"sollicitation_id": self._id, "texte": cherche})

    def _colonnes(self, description: str) -> dict[str, Any]:
        m, theme, vers = self._monde, self._theme, self._destinataire
        courriel, telephone = m.contact()
        type_ = theme.textes["typeObjet"]
        return {
            "numero": numero(self._id, self._date),
            "categorie_id": theme.categorie_id,
            "sous_categorie_id": theme.sous_categorie_id,
            "type_objet": type_,
            "numero_objet": self._mots["numero_objet"] if type_ else None,
            "structure_emettrice_id": self._emettrice.id,
            "service_emetteur_id": self._service(self._emettrice),
            "contact_courriel": courriel,
            "contact_telephone": telephone if m.entier(1, 4) > 1 else None,
            "structure_destinataire_id": vers.id if vers else None,
            "service_destinataire_id": self._service(vers) if vers else None,
            "description": description,
        }

    def _service(self, lieu: Lieu) -> int | None:
        service: int | None = self._monde.choisir(lieu.services) if lieu.services else None
        return service

    def _suite(self, lot: Lot, row: dict[str, Any], lettre: str, emetteur: Acteur) -> str:
        """Make one geste; give what it adds to the searched text."""
        action, choix, genre = GESTES[lettre]
        chez = row["destinataire_actuel"]
        if action is Action.TRAITER:
            au_support = chez == DestinataireActuel.SUPPORT
            acteur = self._monde.agent(None if au_support else self._destinataire)
            droits = Droits.SUPPORT if au_support else Droits.RECEPTEUR
        else:
            acteur, droits = emetteur, Droits.EMETTEUR
        texte = self._dire(genre, acteur)
        self._date = min(self._date + timedelta(minutes=self._monde.entier(20, 6000)), FIN)
        etat = _etat(row, droits)
        geste = Geste(action, choix, texte)
        transition, vers = franchir(etat, geste)
        trace = ecriture.ecrire(
            *(etat, transition, vers, geste, acteur),
            date=self._date,
            sel=self._monde.octets(16),
        )
        row |= trace.row
        self._ajouter(lot, trace)
        return "\n" + replier(texte) if droits is Droits.EMETTEUR else ""

    def _dire(self, genre: str, acteur: Acteur) -> str:
        texte: str = self._monde.choisir(self._theme.textes[genre])
        return texte.format(**self._mots, prenom=acteur.prenom, nom=acteur.nom)

    @staticmethod
    def _ajouter(lot: Lot, trace: ecriture.Trace) -> None:
        lot.historique.append(trace.ligne)
        lot.historique_texte.append(trace.texte)


_CHAMPS = tuple(n for n in Etat.__slots__ if n != "droits")


def _etat(row: Mapping[str, Any], droits: int) -> Etat:
    return Etat(droits=droits, **{n: row[n] for n in _CHAMPS})
