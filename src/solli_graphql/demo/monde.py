"""A believable world, always the same: people, and sollicitations played by the workflow itself."""

import json
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from importlib.resources import files
from random import Random
from typing import Any

from faker import Faker

from solli_graphql.demo.comptes import COMPTES, Compte
from solli_graphql.demo.histoire import FIN, Histoire, Lieu, Lot, Theme
from solli_graphql.demo.pieces import Pieces
from solli_graphql.domain.acteur import Acteur, Habilitation, Role
from solli_graphql.domain.workflow import (
    Routage,
)

GRAINE = 20180919  # the day the public guide was last updated
DUREE = timedelta(days=730)
SYNTHESE, SYNTHESE_GRANDE, GRANDE = 20, 60, 20_000

A_TRAITER = ("", "B", "QC", "RO", "TRO")
# One in each statut, from emetteur's structure to recepteur's, and one question.
UNE_DE_CHAQUE = ("", "B", "Q", "R", "RX")


@dataclass(frozen=True)
class Personne:
    """An account to create, and what it may do."""

    acteur: Acteur
    courriel: str


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
        self.pieces = Pieces()
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
