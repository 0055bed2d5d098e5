"""The values that operations are made with: mostly those of rows, so that they find something."""

import json
from base64 import urlsafe_b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from random import Random
from typing import Any

from graphql import GraphQLInputType, get_named_type, is_enum_type
from oracle.pages import curseur, gid
from oracle.vues import Base, Ligne

TRIS = ("DATE_DEPOT_DESC", "DATE_DEPOT_ASC", "DATE_MISE_A_JOUR_DESC", "DATE_MISE_A_JOUR_ASC")
STATUTS = ("A_TRAITER", "EN_COURS", "EN_ATTENTE_INFORMATIONS", "REPONSE_APPORTEE", "CLOTUREE")
AXES = (
    *("STATUT", "CATEGORIE", "SOUS_CATEGORIE", "STRUCTURE_EMETTRICE", "STRUCTURE_DESTINATAIRE"),
    *("SERVICE", "TYPE_OBJET", "DESTINATAIRE_ACTUEL", "JOUR", "SEMAINE", "MOIS"),
)
TEXTES = ("fac", "facture", "ÉCHEANCE", "100 %", "%%%", "n_37", "strasse", "finale", "Ù\\e", "l’a")
TAILLES = (None, 0, *[1, 2, 3, 4, 5, 7] * 4, 20, 20, 100, -1, 101)
LISTES = ("sollicitations", "synthese", "structures", "utilisateurs")
TEXTES_TRIES = {"structures": "DESIGNATION", "utilisateurs": "COURRIEL"}


@dataclass(frozen=True)
class Nom:
    """An enum's value, written without quotes where it stands in the document."""

    nom: str


class Valeurs:
    """Draws values from the rows of a world."""

    def __init__(self, hasard: Random, base: Base) -> None:
        self.hasard, self.base = hasard, base
        self.curseurs: list[str] = []  # what a former answer gave

    def _row(self, table: str) -> Ligne:
        row: Ligne = self.hasard.choice(self.base.tables[table])
        return row

    def arguments(self, racine: str, espace: str | None) -> dict[str, Any]:
        """Draw the arguments of a root, as JSON values."""
        h = self.hasard
        if racine == "node":
            return {"id": self.identifiant()}
        if racine == "nodes":
            nombre = 101 if h.random() < 0.01 else h.choice((0, 1, 1, 2, 3, 6, 12))
            ids = [self.identifiant() for _ in range(nombre)]
            return {"ids": ids[0] if len(ids) == 1 and h.random() < 0.3 else ids + ids[:1]}
        if racine == "sollicitation":
            numero: str = self._row("sollicitation")["numero"]
            return {"numero": h.choice((*[numero] * 8, f" {numero.lower()}\n", "S-0", "\0"))}
        if racine == "structure":
            return {"identifiant": self._identifiant_de_structure()}
        if racine in LISTES:
            return self._liste(racine, espace)
        return self._statistiques(espace) if racine == "statistiques" else {}

    def _liste(self, racine: str, espace: str | None) -> dict[str, Any]:
        h, args = self.hasard, dict[str, Any]()
        tri: str | None = "DATE_DEPOT_ASC"
        if racine not in TEXTES_TRIES:
            connu = espace is not None and h.random() < 0.95
            args["espace"] = espace if connu else h.choice(("EMISES", "RECUES", "SUPPORT"))
        if racine == "sollicitations":
            args["filtre"] = self.filtre()
            tri = h.choice((*TRIS, "rien", None))
            if tri != "rien":
                args["tri"] = tri
        if racine == "structures" and h.random() < 0.7:
            args["filtre"] = h.choice((None, self.filtre_structures(), self.filtre_structures()))
        if racine == "utilisateurs" and h.random() < 0.7:
            args["filtre"] = h.choice(
                (None, self.filtre_utilisateurs(), self.filtre_utilisateurs())
            )
        ordre = TEXTES_TRIES.get(racine, tri if tri in TRIS else "DATE_DEPOT_DESC")
        return args | self._page(ordre)

    def _statistiques(self, espace: str | None) -> dict[str, Any]:
        h, args = self.hasard, dict[str, Any]()
        connu = espace is not None and h.random() < 0.95
        args["espace"] = espace if connu else h.choice(("EMISES", "RECUES", "SUPPORT"))
        if h.random() < 0.8:
            args["filtre"] = h.choice((None, {}, self.filtre(), self.filtre(), self.filtre()))
        if h.random() < 0.9:
            axes = [Nom(a) for a in h.choices(AXES, k=h.choice((0, 1, 1, 1, 2, 2, 3, 4)))]
            args["grouperPar"] = h.choice((axes, axes, axes[0] if axes else None))
        return args

    def facettes(self) -> dict[str, Any]:
        """Draw the axes of facets."""
        h = self.hasard
        axes = [Nom(a) for a in h.choices(AXES, k=h.choice((0, 1, 1, 2, 3)))]
        return h.choice(({}, {"axes": None}, {"axes": axes}, {"axes": axes}))

    def _page(self, ordre: str) -> dict[str, Any]:
        h = self.hasard
        sens = [("first", "after"), ("last", "before")]
        taille, depuis = h.choice(sens)
        page: dict[str, Any] = {}
        if h.random() < 0.75:
            page[taille] = h.choice(TAILLES)
        if h.random() < 0.45:
            page[depuis] = self.curseur(ordre)
        if h.random() < 0.04:
            page[h.choice(("first", "after", "last", "before"))] = h.choice((1, None, 5))
        for nom in ("after", "before"):
            if isinstance(page.get(nom), int):
                page[nom] = self.curseur(ordre)
        return page

    def curseur(self, ordre: str) -> str | None:
        """Draw a cursor: of this order and of a row, or not."""
        h = self.hasard
        if h.random() < 0.88:
            return self._bon_curseur(ordre)
        autre = self._bon_curseur(h.choice((*TRIS, "DESIGNATION")))
        faux = h.choice(([], [ordre], [ordre, "2025-05-05", 1], [ordre, None, 1], [ordre, "é", -1]))
        vers = h.choice(
            ("2025-05-05T00:00:00Z", "2025-05-05T01:30:00+02:00", "2025-05-05T10:00:00")
        )
        juste = json.dumps([ordre, vers, h.choice((0, 7, 2**63 - 1, 2**63, True, "1"))]).encode()
        brut = json.dumps(faux).encode()
        textes = ("", " ", "é", "abc", autre + "=", autre + " ", "\0", "A" * 2001)
        codes = [urlsafe_b64encode(b).decode() for b in (brut, juste, juste)]
        return h.choice((None, autre, *codes, *codes, *textes))

    def _bon_curseur(self, ordre: str) -> str:
        if ordre == "DESIGNATION":
            s = self._row("structure")
            return curseur(ordre, s["designation"], s["id"])
        if ordre == "COURRIEL":
            u = self._row("utilisateur")
            return curseur(ordre, u["courriel"], u["id"])
        s = self._row("sollicitation")
        maj = self.hasard.choice(("date_mise_a_jour", "date_mise_a_jour_emetteur"))
        date = s["date_depot" if ordre.startswith("DATE_DEPOT") else maj]
        return curseur(ordre, date + timedelta(days=self.hasard.choice((0, 0, 0, 1))), s["id"])

    def filtre(self) -> dict[str, Any]:
        """Draw one to three criteria, rarely none."""
        h = self.hasard
        tirages = self.criteres()
        larges = ("statut", "statut", "deposeeDu", "deposeeAu", "destinataireActuel", "categorie")
        noms = [
            h.choice((*larges, *larges, *tirages))
            for _ in range(h.choice((0, *[1] * 20, *[2] * 12, 3)))
        ]
        filtre = {nom: tirages[nom]() for nom in noms}
        if h.random() < 0.1:
            filtre[h.choice([*tirages])] = None
        return filtre

    def criteres(self) -> Mapping[str, Callable[[], Any]]:
        """Draw a sollicitation, and give what draws each criterion, mostly one that finds it."""
        h, s = self.hasard, self._row("sollicitation")
        jour = s["date_depot"].date() + timedelta(days=h.choice((-1, 0, 0, 1)))
        emetteur = self.base.par_id["structure"][s["structure_emettrice_id"]]
        service = self.base.un("service", s["service_destinataire_id"]) or {"code": " "}
        valeur: str = emetteur["identifiant_valeur"]
        return {
            "numero": lambda: h.choice((s["numero"], f" {s['numero'].lower()}", "S-0", "")),
            "categorie": lambda: h.choice(("CAT1", "CAT2", " CAT3 ", "cat1", "\u200b")),
            "sousCategorie": lambda: h.choice(("SUIVI1", "SUIVI2", "SUIVI9")),
            "statut": self.statuts,
            "deposeeDu": lambda: str(
                h.choice((*[jour] * 6, *["2025-03-01"] * 8, "0001-01-01", "demain"))
            ),
            "deposeeAu": lambda: str(h.choice((jour, jour, "2025-06-01", "9999-12-31"))),
            "identifiantEmetteur": lambda: h.choice((valeur, f"{valeur[:3]} {valeur[3:]}".lower())),
            "serviceDestinataire": lambda: service["code"],
            "typeObjet": lambda: Nom(h.choice(("FACTURE", "ENGAGEMENT_JURIDIQUE", "AUTRE"))),
            "numeroObjet": lambda: h.choice(("F-1", " F-2 ", "f-3", s["numero_objet"])),
            "texte": lambda: h.choice((*TEXTES * 4, "ab", "é" * 201, "fac\0", "  ", "ﬁ n")),
            "priseEnChargePar": lambda: h.choice(
                (gid("Utilisateur", s["prise_en_charge_par_id"] or 6), self.identifiant())
            ),
            "destinataireActuel": lambda: Nom(h.choice(("STRUCTURE", "SUPPORT"))),
        }

    def statuts(self) -> Any:
        """Draw a list of statuts, or one alone, as GraphQL allows."""
        h = self.hasard
        choisis = [Nom(s) for s in h.sample(STATUTS, h.randint(1, 4))]
        return h.choice((choisis, choisis, choisis + choisis[:1], choisis[0], []))

    def filtre_structures(self) -> dict[str, Any]:
        """Draw the criteria of a directory."""
        h = self.hasard
        tirages: Mapping[str, Callable[[], Any]] = {
            "texte": lambda: h.choice(("a", "nickel", "ETABL", "%", "_", "x" * 201, " ", "SA")),
            "identifiant": self._identifiant_de_structure,
            "type": lambda: Nom(h.choice(("SIRET", "PARTICULIER", "RIDET"))),
            "publique": lambda: h.choice((True, False, None)),
        }
        return {nom: tirages[nom]() for nom in h.sample([*tirages], h.randint(0, 2))}

    def filtre_utilisateurs(self) -> dict[str, Any]:
        """Draw the criteria of accounts."""
        h, tenue = self.hasard, self._row("habilitation")
        courriel: str = self._row("utilisateur")["courriel"]
        structure = gid("Structure", tenue["structure_id"] or 1)
        tirages: Mapping[str, Callable[[], Any]] = {
            "courriel": lambda: h.choice((courriel, f" {courriel.upper()}", "x", " ")),
            "role": lambda: Nom(h.choice((tenue["role"], "SUPPORT"))),
            "structure": lambda: h.choice((structure, structure, self.identifiant(), "")),
            "actif": lambda: h.choice((True, False, None)),
        }
        return {nom: tirages[nom]() for nom in h.sample([*tirages], h.randint(0, 3))}

    def _identifiant_de_structure(self) -> str:
        valeur: str = self._row("structure")["identifiant_valeur"]
        return self.hasard.choice((valeur, valeur.lower() + " ", f"{valeur[:2]} {valeur[2:]}", " "))

    def identifiant(self) -> Any:
        """Draw a global id: of a row that may be hidden, of none, or of no form at all."""
        h = self.hasard
        if h.random() < 0.08:
            return h.choice(
                ("", "é", "U29sbGljaXRhdGlvbjox=", gid("Auteur", 1), 7, "x" * 101, "\0")
            )
        table = h.choice(("sollicitation",) * 6 + ("structure", "structure", "utilisateur"))
        id_ = self._row(table)["id"]
        type_ = h.choice((table.title(),) * 12 + ("Structure", "PieceJointe"))
        return gid(type_, h.choice((id_,) * 8 + (999_999, f"0{id_}", 10**18)))

    def lignes(self) -> dict[str, Any]:
        """Draw the arguments of a history."""
        h, args = self.hasard, dict[str, Any]()
        if h.random() < 0.6:
            args["first"] = h.choice((None, -1, 0, 1, 2, 3, 5, 25, 100, 101, 2**31 - 1))
        if h.random() < 0.5:
            args["avantSeq"] = h.choice((None, -5, 0, 1, 2, 3, 4, 6, 20, 90, 2**31 - 1))
        return args


def ecrire(valeur: Any, type_: GraphQLInputType) -> str:
    """Write a value as a literal; what a variable holds is already text."""
    if isinstance(valeur, Variable):
        return f"${valeur.nom}"
    if isinstance(valeur, Nom):
        return valeur.nom
    nomme: Any = get_named_type(type_)
    if isinstance(valeur, list):
        return f"[{', '.join(ecrire(v, nomme) for v in valeur)}]"
    if isinstance(valeur, dict):
        parts = (f"{n}: {ecrire(v, nomme.fields[n].type)}" for n, v in valeur.items())
        return "{" + ", ".join(parts) + "}"
    if is_enum_type(nomme) and valeur is not None:
        return str(valeur)
    return json.dumps(valeur)


@dataclass(frozen=True)
class Variable:
    """A variable, where it stands in a value."""

    nom: str


def en_json(valeur: Any) -> Any:
    """Give a value as the variables of a request hold it."""
    if isinstance(valeur, Nom):
        return valeur.nom
    if isinstance(valeur, list):
        return [en_json(v) for v in valeur]
    if isinstance(valeur, dict):
        return {n: en_json(v) for n, v in valeur.items()}
    return valeur
