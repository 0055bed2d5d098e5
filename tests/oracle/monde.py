"""The world that is compared: its people, its structures, its rows; always the same."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random
from typing import Any

from oracle.vies import Ligne, Lignes, Vie, dire, raconter
from solli_graphql.db import models as m
from solli_graphql.db.bulk import loading
from solli_graphql.domain.acteur import Acteur
from solli_graphql.domain.textes import replier

NOMBRE = 240
# id, identifier type, value, désignation, public?
STRUCTURES = (
    (1, "SIRET", "21990012300015", "Commune de Valmont", True),
    (2, "SIRET", "13001533200013", "agence de l’Eau", True),
    (3, "SIRET", "35600000000048", "Établissement", True),
    (4, "SIRET", "73282932000074", "Ateliers 100 %", False),
    (5, "UE_HORS_FRANCE", "DE123456789", "Zimmer_Bau", False),
    (6, "HORS_UE", "CHSOCIETE DU LAC", "Société du Lac", False),
    (7, "PARTICULIER", "DURAND ANNE", "Durand Anne", False),
    (8, "PARTICULIER", "PETIT", "Petit", False),
    (9, "RIDET", "123456789", "Nickel 😀", False),
    (10, "TAHITI", "123456789", "Nickel 😀", True),
)
SERVICES = {1: 3, 2: 2, 3: 1, 4: 2, 5: 1, 7: 1}  # how many each structure has
VERS, DEPUIS = (1, 1, 1, 2, 2, 3, 10, None, None), (4, 4, 4, 5, 5, 6, 7, 8, 9, 1, 1, 2)
# Somebody's habilitations: a role, a structure or the whole portal, some of its services.
Droit = tuple[str, int | None, tuple[int, ...]]
COMPTES: Mapping[str, tuple[Droit, ...]] = {
    "emetteur": (("EMETTEUR", 4, ()),),
    "emetteur_de_plusieurs": (("EMETTEUR", 5, ()), ("EMETTEUR", 6, ()), ("EMETTEUR", 1, ())),
    "emetteur_par_services": (("EMETTEUR", 4, (41,)), ("EMETTEUR", 1, (11, 12))),
    "emetteur_particulier": (("EMETTEUR", 7, ()),),
    "emetteur_melange": (("EMETTEUR", 6, ()), ("EMETTEUR", 4, (42,)), ("ADMINISTRATEUR", None, ())),
    "recepteur": (("RECEPTEUR", 1, ()),),
    "recepteur_de_plusieurs": (("RECEPTEUR", 2, ()), ("RECEPTEUR", 3, ())),
    "recepteur_par_services": (("RECEPTEUR", 1, (12,)), ("RECEPTEUR", 2, (21, 22))),
    "recepteur_melange": (("RECEPTEUR", 3, ()), ("RECEPTEUR", 1, (11,))),
    "support": (("SUPPORT", None, ()),),
    "recepteur_et_support": (("RECEPTEUR", 1, ()), ("SUPPORT", None, ())),
    "analyste": (("ANALYSTE", 1, ()), ("ANALYSTE", 2, ())),
    "analyste_par_service": (("ANALYSTE", 1, (13,)),),
    "analyste_de_tout": (("ANALYSTE", None, ()),),
    "analyste_et_recepteur": (("ANALYSTE", None, ()), ("RECEPTEUR", 2, ())),
    "emetteur_et_analyste": (("EMETTEUR", 4, ()), ("EMETTEUR", 7, ()), ("ANALYSTE", 1, ())),
    "emetteur_et_support": (("EMETTEUR", 5, ()), ("SUPPORT", None, ())),
    "des_deux_cotes": (("EMETTEUR", 1, ()), ("EMETTEUR", 4, ()), ("RECEPTEUR", 1, ())),
    "des_deux_par_services": (("EMETTEUR", 1, (11,)), ("RECEPTEUR", 1, (12,))),
    "administrateur": (("ADMINISTRATEUR", None, ()),),
    "administrateur_de_un": (("ADMINISTRATEUR", 7, ()),),
    "administrateur_de_plusieurs": (("ADMINISTRATEUR", 1, ()), ("ADMINISTRATEUR", 2, ())),
    "administrateur_par_service": (("ADMINISTRATEUR", 1, (11,)),),
    "tous_les_roles": tuple(
        (r, s, ())
        for r, s in (
            *(("EMETTEUR", 2), ("EMETTEUR", 4), ("RECEPTEUR", 1), ("RECEPTEUR", 3)),
            *(("SUPPORT", None), ("ANALYSTE", None), ("ADMINISTRATEUR", None)),
        )
    ),
    "personne": (),
    "collegue": (("RECEPTEUR", 1, ()),),
}
EMETTEURS = tuple(n for n, ds in COMPTES.items() if ds and {d[0] for d in ds} == {"EMETTEUR"})
ESPACES = {"EMETTEUR": "EMISES", "RECEPTEUR": "RECUES", "ANALYSTE": "RECUES", "SUPPORT": "SUPPORT"}


def espaces(nom: str) -> frozenset[str]:
    """Tell the espaces that somebody looks from."""
    return frozenset(ESPACES[role] for role, *_ in COMPTES[nom] if role in ESPACES)


@dataclass
class Monde:
    """All rows, by table, in an order in which they can be inserted."""

    tables: dict[str, list[Ligne]] = field(default_factory=dict)

    async def charger(self, url: str) -> None:
        """Load all rows into a migrated database."""
        async with loading(url, m.sollicitation, m.sollicitation_recherche) as loader:
            for nom, lignes in self.tables.items():
                await loader.load(m.metadata.tables[nom], lignes)


def acteurs() -> dict[str, Acteur]:
    """Give the people who make the gestes; rights are read from the database, not from here."""
    return {n: Acteur(i, n.title(), "Zoé") for i, n in enumerate(COMPTES, 1)}


def monde(*, brouillons: bool = True, nombre: int = NOMBRE, graine: int = 2018) -> Monde:
    """Make the world; without drafts, it is the twin of the one that has them."""
    vies, pieces = raconter_tout(nombre, graine)
    lignes = jouer(vies, brouillons=brouillons)
    return Monde({**_lieux(), **_categories(), **_gens(), **vars(lignes), "piece_jointe": pieces})


def raconter_tout(nombre: int, graine: int) -> tuple[list[Vie], list[Ligne]]:
    """Draw all lives, and the files joined to them."""
    hasard = Random(graine)  # noqa: S311 - a world, not a secret
    vies = [tirer(hasard, rang) for rang in range(nombre)]
    return vies, joindre(hasard, vies)


def jouer(vies: Iterable[Vie], *, brouillons: bool = True) -> Lignes:
    """Play lives, then erase some of their authors."""
    lignes = Lignes()
    for vie in vies:
        lignes.jouer(vie, brouillons=brouillons)
    _effacer(lignes)
    return lignes


def tirer(hasard: Random, rang: int) -> Vie:
    """Draw a life."""
    gens = acteurs()
    vers = VERS[0] if rang < 5 else hasard.choice(VERS)
    depuis = DEPUIS[0] if rang < 3 else hasard.choice(DEPUIS)
    categorie = hasard.choice((1, 2)) if vers else 3
    objet = hasard.choice((None, "FACTURE", "ENGAGEMENT_JURIDIQUE", "AUTRE"))
    depot = {
        "categorie_id": categorie,
        "sous_categorie_id": 10 * categorie + hasard.choice((1, 2)),
        "type_objet": objet,
        "numero_objet": objet and f"F-{hasard.randint(1, 9)}",
        "structure_emettrice_id": depuis,
        "service_emetteur_id": _service(hasard, depuis),
        "contact_courriel": hasard.choice((None, "a@b.example", "É@b.example")),
        "contact_telephone": hasard.choice((None, "06 39 98 00 00")),
        "structure_destinataire_id": vers,
        "service_destinataire_id": _service(hasard, vers),
    }
    equipe = {
        "recepteurs": [gens["recepteur"], gens["recepteur_de_plusieurs"], gens["collegue"]],
        "support": [gens["support"], gens["recepteur_et_support"]],
    }
    return raconter(hasard, rang, depot, gens["emetteur"], equipe)


def _service(hasard: Random, structure: int | None) -> int | None:
    nombre = SERVICES.get(structure or 0, 0)
    rang = hasard.randint(0, nombre)
    return 10 * (structure or 0) + rang if rang else None


def _effacer(lignes: Lignes) -> None:
    """Erase some authors, as a request to be forgotten does."""
    pris = {(r["id"], r["version"]) for r in lignes.sollicitation if r["prise_en_charge_par_id"]}
    for t in lignes.historique_texte:
        if t["sollicitation_id"] % 11 == 0 and (t["sollicitation_id"], t["seq"]) not in pris:
            t |= {"auteur_id": None, "auteur_nom": "[effacé]", "auteur_prenom": "", "sel": None}


def joindre(hasard: Random, vies: Iterable[Vie]) -> list[Ligne]:
    """Draw the files joined to lives."""
    pieces: list[Ligne] = []
    for vie in vies:
        for _ in range(hasard.choice((0, 0, 0, 1, 2, 4))):
            rang = len(pieces) + 1
            auteur = hasard.choice((None, vie.emetteur.id))
            pieces.append(
                {
                    "id": rang,
                    "sollicitation_id": vie.id,
                    "nom_fichier": f"{dire(hasard)}.pdf",
                    "type_mime": "application/pdf",
                    "taille": hasard.randint(0, 2**31 - 1),
                    "sha256": f"{rang:064x}",
                    "date_ajout": vie.date + timedelta(seconds=rang),
                    "auteur_nom": vie.emetteur.nom if auteur else "[effacé]",
                    "auteur_prenom": vie.emetteur.prenom if auteur else "",
                    "auteur_id": auteur,
                    "etat": hasard.choice(("EN_ANALYSE", "DISPONIBLE", "REFUSEE")),
                    "cle": f"00/00/{rang:032x}",
                }
            )
    return pieces


def _lieux() -> dict[str, list[Ligne]]:
    noms = ("id", "identifiant_type", "identifiant_valeur", "designation", "publique")
    structures: list[Ligne] = []
    for valeurs in STRUCTURES:
        s: dict[str, Any] = dict(zip(noms, valeurs, strict=True))
        raison = s["designation"].upper() + " SA"
        structures.append(
            {**s, "raison_sociale": raison, "recherche": replier(s["designation"], raison)}
        )
    services: list[Ligne] = [
        {"structure_id": s, "id": 10 * s + rang, "code": f"S{4 - rang}", "actif": rang != 3}
        for s, nombre in SERVICES.items()
        for rang in range(1, nombre + 1)
    ]
    for v in services:
        v["libelle"] = f"Service {v['id']}"
    return {"structure": structures, "service": services}


def _categories() -> dict[str, list[Ligne]]:
    categories: list[Ligne] = [
        {"id": i, "code": f"CAT{i}", "libelle": f"Catégorie {i}", "ordre": 9 - i, "actif": i != 2}
        for i in (1, 2, 3)
    ]
    sous = [
        {
            "id": 10 * c["id"] + rang,
            "categorie_id": c["id"],
            "code": f"SUIVI{rang}",
            "libelle": f"Suivi {rang}",
            "ordre": 9 - rang,
            "routage": "SUPPORT" if c["id"] == 3 else "METIER",
            "numero_objet_requis": rang == 1,
            "modele": None if rang == 1 else "Numéro :\nMontant :",
            "actif": rang != 3,
        }
        for c in categories
        for rang in (1, 2, 3)
    ]
    return {"categorie": categories, "sous_categorie": sous}


def _gens() -> dict[str, list[Ligne]]:
    utilisateurs: list[Ligne] = []
    habilitations: list[Ligne] = []
    services: list[Ligne] = []
    for nom, acteur in acteurs().items():
        noms = {"nom": acteur.nom, "prenom": acteur.prenom, "actif": True}
        ailleurs = {"sujet": f"s{acteur.id}" if acteur.id % 2 else None, "client": None}
        courriel = f"{nom}@tests.example"
        utilisateurs.append({"id": acteur.id, "courriel": courriel, **noms, **ailleurs})
        for role, structure, limite in COMPTES[nom]:
            id_ = len(habilitations) + 1
            habilitations.append(
                {"id": id_, "utilisateur_id": acteur.id, "role": role, "structure_id": structure}
            )
            services += [{"habilitation_id": id_, "service_id": v} for v in limite]
    return {
        "utilisateur": utilisateurs,
        "habilitation": habilitations,
        "habilitation_service": services,
    }
