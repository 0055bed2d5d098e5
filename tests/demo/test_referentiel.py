"""The demonstration's reference data and texts: what the loader and the portal rely on."""

import json
import re
import string
from collections import Counter
from importlib import resources
from typing import Any

import pytest

from solli_graphql.domain.identifiants import TypeIdentifiant, normaliser

Objet = dict[str, Any]


def lire(nom: str) -> Objet:
    """Read one JSON file of the demonstration."""
    fichier = resources.files("solli_graphql").joinpath("demo", nom)
    objet: Objet = json.loads(fichier.read_text(encoding="utf-8"))
    return objet


REFERENTIEL = lire("referentiel.json")
TEXTES = lire("textes.json")
CATEGORIES: list[Objet] = REFERENTIEL["categories"]
STRUCTURES: list[Objet] = REFERENTIEL["structures"]
PUBLIQUES = [s for s in STRUCTURES if s["publique"]]
FOURNISSEURS = [s for s in STRUCTURES if not s["publique"]]
PAIRES = {f"{c['code']}/{s['code']}": s for c in CATEGORIES for s in c["sousCategories"]}

CODE = re.compile(r"[A-Z][A-Z0-9_]*")
CODE_DE_SERVICE = re.compile(r"[A-Z][A-Z0-9_-]*")
TYPES_OBJET = {
    "FACTURE",
    "FACTURE_TRAVAUX",
    "MEMOIRE_FRAIS_JUSTICE",
    "DEMANDE_REMBOURSEMENT",
    "ENGAGEMENT_JURIDIQUE",
    "STRUCTURE",
    "UTILISATEUR",
    "RACCORDEMENT",
    "AUTRE",
    None,
}
NOMBRES = {
    "descriptions": range(4, 7),
    "questions": range(2, 4),
    "complements": range(2, 4),
    "reponses": range(3, 5),
    "brouillons": range(2, 3),
    "transferts": range(2, 3),
    "reouvertures": range(2, 3),
    "clotures": range(1, 3),
}
VALEURS = {
    "numero_objet": "F-2024-00042",
    "montant": "12 345,67",
    "date": "12 mars 2024",
    "societe": "Papeterie Brindelune",
    "prenom": "Camille",
    "nom": "Exemple",
}


class TestCategories:
    def test_size(self) -> None:
        """
        There are 8 to 10 categories of 3 to 6 sub-categories.
        """
        assert len(CATEGORIES) in range(8, 11)
        assert all(len(c["sousCategories"]) in range(3, 7) for c in CATEGORIES)

    def test_shape(self) -> None:
        """
        Categories and sub-categories have their keys, no more, and a label each.
        """
        cles = {"code", "libelle", "routage", "numeroObjetRequis", "modele"}
        assert all(set(c) == {"code", "libelle", "sousCategories"} for c in CATEGORIES)
        assert all(set(s) == cles for s in PAIRES.values())
        assert all(o["libelle"].strip() for o in [*CATEGORIES, *PAIRES.values()])

    def test_codes(self) -> None:
        """
        Codes are upper-case ASCII, unique among categories and within each category.
        """
        assert len({c["code"] for c in CATEGORIES}) == len(CATEGORIES)
        assert len(PAIRES) == sum(len(c["sousCategories"]) for c in CATEGORIES)
        assert all(CODE.fullmatch(partie) for paire in PAIRES for partie in paire.split("/"))

    def test_invoices_come_first(self) -> None:
        """
        The first category is that of invoices, which the service métier treats.
        """
        assert CATEGORIES[0]["code"] == "FACTURE"
        assert {s["routage"] for s in CATEGORIES[0]["sousCategories"]} == {"METIER"}

    def test_official_pair(self) -> None:
        """
        The official pair on the creation of a public structure goes to the support.
        """
        routages = {
            (c["libelle"], s["libelle"]): s["routage"]
            for c in CATEGORIES
            for s in c["sousCategories"]
        }
        paire = (
            "Gestion des structures et utilisateurs",
            "Demande de création de structure publique",
        )
        assert routages[paire] == "SUPPORT"
        assert set(routages.values()) == {"SUPPORT", "METIER"}

    def test_object_numbers(self) -> None:
        """
        At most three sub-categories require an object number, none the first of its category.
        """
        assert sum(s["numeroObjetRequis"] for s in PAIRES.values()) <= 3
        assert not any(c["sousCategories"][0]["numeroObjetRequis"] for c in CATEGORIES)

    def test_templates(self) -> None:
        """
        About half of the sub-categories have a template, never a blank one.
        """
        modeles = [s["modele"] for s in PAIRES.values() if s["modele"] is not None]
        assert all(m.strip() for m in modeles)
        assert 0.4 < len(modeles) / len(PAIRES) < 0.6


class TestStructures:
    @pytest.mark.parametrize("structure", STRUCTURES, ids=lambda s: str(s["designation"]))
    def test_canonical_identifier(self, structure: Objet) -> None:
        """
        Every identifier is valid and in its canonical form.
        """
        type_ = TypeIdentifiant(structure["identifiant"]["type"])
        valeur = structure["identifiant"]["valeur"]
        assert normaliser(type_, valeur) == valeur

    def test_shape(self) -> None:
        """
        Structures and services have their keys, no more, and a name each.
        """
        cles = {"identifiant", "designation", "raisonSociale", "publique", "services"}
        assert all(set(s) == cles for s in STRUCTURES)
        assert all(s["designation"].strip() and s["raisonSociale"].strip() for s in STRUCTURES)
        services = [service for s in STRUCTURES for service in s["services"]]
        assert all(set(s) == {"code", "libelle"} and s["libelle"].strip() for s in services)

    def test_unique(self) -> None:
        """
        No two structures share an identifier or a designation.
        """
        identifiants = Counter(tuple(s["identifiant"].values()) for s in STRUCTURES)
        assert max(identifiants.values()) == 1
        assert len({s["designation"] for s in STRUCTURES}) == len(STRUCTURES)

    def test_service_codes(self) -> None:
        """
        The codes of services are upper-case ASCII and unique within a structure.
        """
        for structure in STRUCTURES:
            codes = [s["code"] for s in structure["services"]]
            assert len(set(codes)) == len(codes)
            assert all(CODE_DE_SERVICE.fullmatch(c) for c in codes)

    def test_public_ones(self) -> None:
        """
        About 45 public structures have a SIRET and 2 to 6 services.
        """
        assert len(PUBLIQUES) in range(42, 49)
        assert {s["identifiant"]["type"] for s in PUBLIQUES} == {"SIRET"}
        assert all(len(s["services"]) in range(2, 7) for s in PUBLIQUES)

    def test_suppliers(self) -> None:
        """
        About 60 suppliers have identifiers of every type, mostly SIRET, and few have services.
        """
        types = Counter(s["identifiant"]["type"] for s in FOURNISSEURS)
        assert len(FOURNISSEURS) in range(57, 64)
        assert set(types) == set(TypeIdentifiant)
        assert types["SIRET"] > len(FOURNISSEURS) / 2
        assert types["PARTICULIER"] == 2
        avec_services = [s for s in FOURNISSEURS if s["services"]]
        assert 0 < len(avec_services) < len(FOURNISSEURS) / 4
        assert all(len(s["services"]) <= 3 for s in avec_services)


class TestTextes:
    def test_keys(self) -> None:
        """
        The texts have exactly the pairs of the reference data, in its order.
        """
        assert list(TEXTES) == list(PAIRES)

    @pytest.mark.parametrize("paire", PAIRES)
    def test_shape(self, paire: str) -> None:
        """
        Each pair has a type of object and enough distinct texts of each kind.
        """
        textes = TEXTES[paire]
        assert set(textes) == {"typeObjet", *NOMBRES}
        assert textes["typeObjet"] in TYPES_OBJET
        for genre, nombre in NOMBRES.items():
            assert len(textes[genre]) in nombre
            assert len(set(textes[genre])) == len(textes[genre])

    @pytest.mark.parametrize("paire", PAIRES)
    def test_each_question_has_its_answer(self, paire: str) -> None:
        """
        The complément of a question is at its index.
        """
        assert len(TEXTES[paire]["questions"]) == len(TEXTES[paire]["complements"])

    @pytest.mark.parametrize("paire", PAIRES)
    def test_texts(self, paire: str) -> None:
        """
        Every text formats with the six placeholders, is not blank and under 2,000 characters.
        """
        for texte in (t for genre in NOMBRES for t in TEXTES[paire][genre]):
            rempli = texte.format(**VALEURS)
            assert rempli.strip()
            assert len(rempli) < 2000
            assert not set("{}") & set(rempli)

    @pytest.mark.parametrize("paire", PAIRES)
    def test_no_object_no_number(self, paire: str) -> None:
        """
        A pair without an object never speaks of an object number.
        """
        champs = {
            champ
            for genre in NOMBRES
            for texte in TEXTES[paire][genre]
            for _, champ, _, _ in string.Formatter().parse(texte)
        }
        assert TEXTES[paire]["typeObjet"] is not None or "numero_objet" not in champs
