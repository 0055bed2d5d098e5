"""Reads as somebody, and compares all that comes with what the model says of it."""

import json
from base64 import urlsafe_b64decode
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from machine.modele import EMETTEUR, Demande, Dossier, Monde, Qui, Reponse
from machine.salle import GENS, SECRET, Salle
from machine.vues import cherchables, dans, espaces, etapes, fiche, resume, simulation, textes

RESUME = ("version", "statut", "statutLibelle", "motif", "destinataireActuel")
EGAUX = (*RESUME, "description", "brouillon", "transferts", "reouvertures", "allersRetours")
LIGNE = ("seq", "ancienStatut", "nouveauStatut", "ancienStatutLibelle", "nouveauStatutLibelle")
RELEVE = ("seq", "nouveauStatut", "commentaire")


def pris(source: Mapping[str, Any], noms: tuple[str, ...]) -> dict[str, Any]:
    """Take some entries."""
    return {n: source[n] for n in noms}


def secrets(lu: Any) -> set[str]:
    """List the unique words that an answer holds, in clear or in a cursor."""
    texte = json.dumps(lu)
    curseurs = [e["cursor"] for p in lu.values() if isinstance(p, dict) for e in p.get("edges", [])]
    ouverts = (urlsafe_b64decode(c + "=" * (-len(c) % 4)).decode("latin-1") for c in curseurs)
    return set(SECRET.findall(texte + " ".join(ouverts)))


@dataclass
class Lecteur:
    """Knows the global ids of the model's dossiers, and the date of each of their lines."""

    salle: Salle
    objet: str
    gids: list[str] = field(default_factory=list)
    dates: dict[tuple[int, int], str] = field(default_factory=dict)
    avant: dict[tuple[str, str], int] = field(default_factory=dict)
    noms: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.salle.recommencer()
        self.noms = self.salle.noms()
        for qui in GENS:
            for espace in espaces(qui):
                self.avant[qui.nom, espace] = self.salle.compter(qui, espace)

    # Lists of earlier examples: only what is of this one is compared.
    def comparer(self, monde: Monde, qui: Qui, tri: str) -> str:
        """Compare all that somebody can read, in each of their espaces; give it as text."""
        tout = []
        for espace in espaces(qui):
            lu = self.salle.lire(qui, espace, self.gids, objet=self.objet, tri=tri)
            self._synthese(monde, qui, espace, lu["SYNTHESE"])
            for rang, dossier in enumerate(monde.dossiers):
                self._fiche(dossier, rang, qui, lu["nodes"][rang])
            self._page(monde, qui, espace, lu, tri)
            assert secrets(lu) <= {t for d in monde.dossiers for t in textes(d, qui)}
            tout.append(json.dumps(lu))
        return "\n".join(tout)

    def _fiche(self, d: Dossier, rang: int, qui: Qui, node: Any) -> None:
        attendue = fiche(d, qui)
        if attendue is None or node is None:
            assert node == attendue
            return
        lue = pris(node, EGAUX) | {
            "priseEnChargePar": self._preneur(node),
            "historique": [self._ligne(x) for x in node["historique"]],
            "commentairesEmetteur": [x["texte"] for x in node["commentairesEmetteur"]],
            "actionsPossibles": {a["action"]: _action(a) for a in node["actionsPossibles"]},
        }
        assert lue == attendue
        self._dates(d, rang, qui, node)

    def _dates(self, d: Dossier, rang: int, qui: Qui, node: Any) -> None:
        """Each line has one date, to everybody; the row's are those of its first and last."""
        vues = d.vues(d.vue(qui) or "")
        for x, ligne in zip(node["historique"][::-1], vues, strict=True):
            index = next(i for i, y in enumerate(d.lignes) if y is ligne)
            assert self.dates.setdefault((rang, index), x["date"]) == x["date"]
        assert node["dateMiseAJour"] == node["historique"][0]["date"]
        assert node["dateDepot"] == node["historique"][-1]["date"]

    def _synthese(self, monde: Monde, qui: Qui, espace: str, page: Any) -> None:
        page["edges"] = [e for e in page["edges"] if e["node"]["id"] in self.gids]
        attendus = self._attendus(monde, qui, espace, liste=espace)
        assert [e["node"]["id"] for e in page["edges"]] == attendus
        assert page["totalCount"] == self.avant[qui.nom, espace] + len(attendus)
        self._rangees(monde, qui, page)
        page["totalCount"] = page["pageInfo"] = None  # other examples count there

    def _attendus(self, monde: Monde, qui: Qui, espace: str, liste: str | None = None) -> list[str]:
        return [
            gid
            for gid, d in zip(self.gids, monde.dossiers, strict=True)
            if dans(d, qui, espace) and liste in (None, d.liste)
        ]

    def _page(self, monde: Monde, qui: Qui, espace: str, lu: Any, tri: str) -> None:
        page, attendus = lu["TROUVEES"], self._attendus(monde, qui, espace)
        assert sorted(e["node"]["id"] for e in page["edges"]) == sorted(attendus)
        assert page["totalCount"] == len(attendus)
        assert not page["pageInfo"]["hasNextPage"]
        champ = "dateDepot" if "DEPOT" in tri else "dateMiseAJour"
        dates = [e["node"][champ] for e in page["edges"]]
        assert dates == sorted(dates, reverse="DESC" in tri)
        self._rangees(monde, qui, page)
        fiches = {n["id"]: n["dateMiseAJour"] for n in lu["nodes"] if n}
        assert all(fiches[e["node"]["id"]] == e["node"]["dateMiseAJour"] for e in page["edges"])

    def _rangees(self, monde: Monde, qui: Qui, page: Any) -> None:
        for node in (e["node"] for e in page["edges"]):
            d = monde.dossiers[self.gids.index(node["id"])]
            attendue = fiche(d, qui) or {}
            lue = pris(node, (*RESUME, "brouillon")) | {"priseEnChargePar": self._preneur(node)}
            assert lue == pris(attendue, (*RESUME, "brouillon", "priseEnChargePar"))
            recentes = [pris(x, RELEVE) for x in attendue["historique"][:2]]
            assert node["historique"] == recentes

    def _preneur(self, node: Any) -> str | None:
        pris_par = node["priseEnChargePar"]
        return pris_par and self.noms.get(pris_par["id"], "?")

    def _ligne(self, x: Any) -> dict[str, Any]:
        auteur = self.noms.get(x["auteur"]["nom"], "?")
        return pris(x, (*LIGNE, "commentaire")) | {"auteur": auteur}

    def chercher(self, monde: Monde, qui: Qui, texte: str) -> None:
        """Compare what a search for a text finds, in each espace of somebody."""
        for espace in espaces(qui):
            attendus = [
                gid
                for gid, d in zip(self.gids, monde.dossiers, strict=True)
                if dans(d, qui, espace) and texte in cherchables(d)
            ]
            assert sorted(self.salle.chercher(qui, espace, texte)) == sorted(attendus)

    def repondu(self, d: Demande, attendu: Reponse, monde: Monde, membre: Any) -> None:
        """Compare the member that answers; monde is the one after."""
        assert membre.get("code") == attendu.code, membre
        assert secrets(membre) <= {t for x in monde.dossiers for t in textes(x, d.qui)}
        dossier = None if attendu.rang is None else monde.dossiers[attendu.rang]
        if attendu.code is None:
            self._pris_en_compte(d, attendu, dossier, membre)
        elif attendu.code == "CONFLIT_DE_VERSION":
            assert dossier
            recentes = [pris(x, RELEVE) for x in etapes(dossier, d.qui, d.version or 0)]
            assert membre["modifications"] == recentes
            assert membre["versionActuelle"] == resume(dossier, d.qui)["version"]
        elif attendu.code == "TRANSITION_INTERDITE":
            assert dossier
            assert membre["statutActuel"] == resume(dossier, d.qui)["statut"]

    def _pris_en_compte(
        self, d: Demande, attendu: Reponse, dossier: Dossier | None, membre: Any
    ) -> None:
        assert membre["__typename"] == "ActionPriseEnCompte"
        assert membre["rejoue"] == attendu.rejoue
        simule = attendu.simule and simulation(*attendu.simule)
        assert membre["simulation"] == simule
        relue = membre["sollicitation"]
        if dossier is None:
            assert relue is None
            return
        assert pris(relue, RESUME) == resume(dossier, d.qui)
        if attendu.rang == len(self.gids):
            self.gids.append(relue["id"])
        assert relue["id"] == self.gids[attendu.rang or 0]


def _action(a: Any) -> Any:
    if not a["disponible"]:
        assert a["statutsProposes"] == []
        return a["codeIndisponibilite"]
    return {p["statut"]: p["statutResultant"] for p in a["statutsProposes"]}


EMETTEURS = [qui for qui in GENS if qui.roles == {EMETTEUR}]
