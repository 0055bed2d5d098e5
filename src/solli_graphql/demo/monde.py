"""A believable world, always the same: people, and sollicitations played by the workflow itself."""

import json
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from importlib.resources import files
from random import Random
from typing import Any

from faker import Faker

from solli_graphql.demo.comptes import COMPTES, Compte
from solli_graphql.domain import ecriture
from solli_graphql.domain.acteur import Acteur, Droits, Habilitation, Role
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

GRAINE = 20180919  # the day the public guide was last updated
FIN = datetime(2026, 11, 20, 17, 0, tzinfo=UTC)
DUREE = timedelta(days=730)
SYNTHESE, SYNTHESE_GRANDE, GRANDE = 20, 60, 20_000
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
A_TRAITER = ("", "B", "QC", "RO", "TRO")
# One in each statut, from emetteur's structure to recepteur's, and one question.
UNE_DE_CHAQUE = ("", "B", "Q", "R", "RX")


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


@dataclass(frozen=True)
class Personne:
    """An account to create, and what it may do."""

    acteur: Acteur
    courriel: str


@dataclass
class Lot:
    """Rows ready to load, by table."""

    sollicitation: list[dict[str, Any]] = field(default_factory=list)
    historique: list[dict[str, Any]] = field(default_factory=list)
    historique_texte: list[dict[str, Any]] = field(default_factory=list)
    sollicitation_recherche: list[dict[str, Any]] = field(default_factory=list)


def textes() -> dict[str, dict[str, Any]]:
    """Read the texts, by "CATEGORIE/SOUS_CATEGORIE"."""
    contenu = (files("solli_graphql.demo") / "textes.json").read_text(encoding="utf-8")
    lus: dict[str, dict[str, Any]] = json.loads(contenu)
    return lus


def referentiel() -> bytes:
    """Read the demonstration's reference data: a list that is ours, not the portal's."""
    return (files("solli_graphql.demo") / "referentiel.json").read_bytes()


class Monde:
    """The world: who is where, then sollicitations in the order of their numbers."""

    def __init__(self, lieux: Sequence[Lieu], themes: Sequence[Theme]) -> None:
        self._hasard = Random(GRAINE)  # noqa: S311 - a world to look at, not a secret
        self._faker = Faker("fr_FR")
        self._faker.seed_instance(GRAINE)
        self.publiques = [lieu for lieu in lieux if lieu.publique]
        self.fournisseurs = [lieu for lieu in lieux if not lieu.publique]
        self._metier = [t for t in themes if t.routage is Routage.METIER]
        self._support = [t for t in themes if t.routage is Routage.SUPPORT]
        self.personnes: list[Personne] = []
        self._agents_du_support: list[Acteur] = []
        self._peupler()

    def _peupler(self) -> None:
        """Give every structure its people: the demonstration accounts first."""
        for compte in COMPTES:
            lieu = self._lieu(compte)
            acteur = self._ajouter(
                compte.courriel,
                compte.nom,
                compte.prenom,
                compte.role,
                None if lieu is None else lieu.id,
            )
            self._installer(acteur, lieu, compte.role)
        for lieu in (*self.publiques, *self.fournisseurs):
            role = Role.RECEPTEUR if lieu.publique else Role.EMETTEUR
            for _ in range(0 if lieu.agents else 2):
                self._installer(self._inconnu(role, lieu.id), lieu, role)
        for _ in range(4):
            self._installer(self._inconnu(Role.SUPPORT, None), None, Role.SUPPORT)

    def _lieu(self, compte: Compte) -> Lieu | None:
        if compte.de is None:
            return None
        genre, rang = compte.de
        return (self.publiques if genre == "publique" else self.fournisseurs)[rang]

    def _installer(self, acteur: Acteur, lieu: Lieu | None, role: Role) -> None:
        if lieu is not None:
            lieu.agents.append(acteur)
        elif role is Role.SUPPORT:
            self._agents_du_support.append(acteur)

    def _inconnu(self, role: Role, structure_id: int | None) -> Acteur:
        prenom, nom = self._faker.first_name(), self._faker.last_name()
        courriel = f"{_adresse(prenom)}.{_adresse(nom)}.{len(self.personnes)}@agents.example"
        return self._ajouter(courriel, nom, prenom, role, structure_id)

    def _ajouter(
        self, courriel: str, nom: str, prenom: str, role: Role, structure_id: int | None
    ) -> Acteur:
        habilitations = (Habilitation(role, structure_id),)
        acteur = Acteur(len(self.personnes) + 1, nom, prenom, habilitations)
        self.personnes.append(Personne(acteur, courriel))
        return acteur

    @cached_property
    def _noms(self) -> list[tuple[str, str]]:
        f = self._faker
        return [(f.first_name(), f.last_name()) for _ in range(500)]

    def lots(self, nombre: int, taille: int = 2000) -> Iterator[Lot]:
        """Play `nombre` sollicitations, in batches of rows."""
        scenarios = self._scenarios(nombre)
        for debut in range(0, nombre, taille):
            lot = Lot()
            for rang in range(debut, min(debut + taille, nombre)):
                Histoire(self, rang + 1, self._depot(rang, nombre), scenarios.get(rang)).jouer(lot)
            yield lot

    def _scenarios(self, nombre: int) -> dict[int, str]:
        """Place what the demonstration accounts must find, spread over the last third."""
        attendu = SYNTHESE_GRANDE if nombre >= GRANDE else SYNTHESE
        voulus = [*UNE_DE_CHAQUE, *(A_TRAITER[i % 5] for i in range(attendu))][:nombre]
        pas = max(nombre // (3 * max(len(voulus), 1)), 1)
        return {nombre - 1 - i * pas: scenario for i, scenario in enumerate(voulus)}

    def _depot(self, rang: int, nombre: int) -> datetime:
        """Give the date of a deposit: numbers follow dates."""
        part = (rang + self._hasard.random()) / nombre
        return FIN - DUREE * (1 - part)

    # What a story draws from.

    def tirer(self, poids: Mapping[str, int]) -> str:
        """Draw one of weighted choices."""
        return self._hasard.choices([*poids], [*poids.values()])[0]

    def choisir(self, choix: Sequence[Any]) -> Any:
        """Draw one."""
        return choix[int(self._hasard.random() * len(choix))]

    def entier(self, debut: int, fin: int) -> int:
        """Draw an integer, both ends included."""
        return debut + int(self._hasard.random() * (fin - debut + 1))

    def octets(self, nombre: int) -> bytes:
        """Draw bytes."""
        return self._hasard.randbytes(nombre)

    def theme(self, *, metier: bool) -> Theme:
        """Draw a theme."""
        theme: Theme = self.choisir(self._metier if metier else self._support)
        return theme

    def agent(self, lieu: Lieu | None) -> Acteur:
        """Draw somebody of a structure, or of the support."""
        agent: Acteur = self.choisir(lieu.agents if lieu else self._agents_du_support)
        return agent

    def contact(self) -> tuple[str, str]:
        """Draw a contact: numbers of a range that is never given out."""
        prenom, nom = self.choisir(self._noms)
        telephone = f"06 39 98 {self.entier(0, 99):02d} {self.entier(0, 99):02d}"
        return f"{_adresse(prenom)}.{_adresse(nom)}@fournisseurs.example", telephone


def _adresse(texte: str) -> str:
    sans = unicodedata.normalize("NFKD", texte.lower())
    return "".join(c if c.isalnum() else "-" for c in sans if not unicodedata.combining(c))


class Histoire:
    """The story of one sollicitation; `impose` plays it between emetteur and recepteur."""

    def __init__(self, monde: Monde, id_: int, depot: datetime, impose: str | None) -> None:
        self._monde, self._id, self._date = monde, id_, depot
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
