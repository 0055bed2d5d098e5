"""What somebody sees of each sollicitation, written again from `docs/domain.md`: D14, D21, 5."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from solli_graphql.db import models as m
from solli_graphql.db.database import Database, Statement, read

Ligne = Mapping[str, Any]
ESPACE_DU_ROLE = {
    "EMETTEUR": "EMISES",
    "RECEPTEUR": "RECUES",
    "ANALYSTE": "RECUES",
    "SUPPORT": "SUPPORT",
}
TEXTES_DE_L_EMETTEUR = ("REPONDRE_COMPLEMENT", "ROUVRIR", "CLOTURER")
MOTIFS = {
    "SOUMETTRE": "NOUVELLE",
    "REPONDRE_COMPLEMENT": "COMPLEMENT_RECU",
    "ROUVRIR": "ROUVERTE",
    "TRAITER": "TRANSFEREE",
}
# D21, column by column: receiver, emitter, support.
MOTS = {
    ("A_TRAITER", "STRUCTURE"): ("A traiter", "Transmise", "Chez la structure"),
    ("EN_COURS", "STRUCTURE"): ("En cours", "", "Chez la structure"),
    ("EN_ATTENTE_INFORMATIONS", "STRUCTURE"): (
        "En attente d'informations",
        "Informations complémentaires requises",
        "Chez la structure",
    ),
    ("A_TRAITER", "SUPPORT"): ("Transférée au support", "Transmise au support", "A traiter"),
    ("EN_COURS", "SUPPORT"): ("Transférée au support", "", "En cours"),
    ("EN_ATTENTE_INFORMATIONS", "SUPPORT"): (
        "Transférée au support",
        "Informations complémentaires requises",
        "En attente d'informations",
    ),
}
TABLES = (
    *(m.structure, m.service, m.categorie, m.sous_categorie, m.utilisateur, m.habilitation),
    *(m.habilitation_service, m.sollicitation, m.historique, m.historique_texte, m.piece_jointe),
)


class Base:
    """Every row of a database, as plain Python."""

    def __init__(self, tables: Mapping[str, list[Ligne]]) -> None:
        self.tables = tables
        self.par_id = {
            nom: {r["id"]: r for r in lignes}
            for nom, lignes in tables.items()
            if lignes and "id" in lignes[0]
        }
        textes = {(t["sollicitation_id"], t["seq"]): t for t in tables["historique_texte"]}
        self.vies: dict[int, list[Ligne]] = defaultdict(list)
        for ligne in sorted(tables["historique"], key=lambda r: int(r["seq"])):
            id_ = ligne["sollicitation_id"]
            self.vies[id_].append({**textes[id_, ligne["seq"]], **ligne})

    def un(self, table: str, id_: int | None) -> Ligne | None:
        """Give the row of an id."""
        return None if id_ is None else self.par_id[table][id_]


async def lire(db: Database) -> Base:
    """Read a whole database."""
    lus: dict[str, list[Ligne]] = {}
    for table in TABLES:
        statement: Statement[Any] = Statement(sa.select(table))
        noms = table.columns.keys()
        lus[table.name] = [dict(zip(noms, row, strict=True)) for row in await read(db, statement)]
    return Base(lus)


@dataclass(frozen=True)
class Habilitation:
    """A role, where it holds (None: everywhere), and on which services (none: on all)."""

    role: str
    structure: int | None
    services: frozenset[int]

    def atteint(self, s: "Vie") -> bool:
        """Tell whether it gives its role on a sollicitation."""
        if self.role == "SUPPORT":
            return s.passee_au_support
        if self.role == "ADMINISTRATEUR":
            return False
        cote = ("structure_emettrice_id", "service_emetteur_id")
        if self.role != "EMETTEUR":
            cote = ("structure_destinataire_id", "service_destinataire_id")
        structure, service = (s.row[n] for n in cote)
        if self.structure is None:
            return structure is not None
        return structure == self.structure and (not self.services or service in self.services)


class Vie:
    """A sollicitation: its row, and what its history says of it."""

    def __init__(self, row: Ligne, lignes: Sequence[Ligne]) -> None:
        self.row, self.lignes = row, lignes
        self.visibles = [x for x in lignes if x["nouveau_statut"] != "EN_COURS"]  # D14
        self.passee_au_support = any(x["destinataire"] == "SUPPORT" for x in lignes)
        rouvertes = [i for i, x in enumerate(lignes) if x["action"] == "ROUVRIR"]
        transferees = [i for i, x in enumerate(lignes) if _transferee(x)]
        self.transferts, self.reouvertures = len(transferees), len(rouvertes)
        self.allers_retours = row["routage"] == "METIER" and any(
            t < r for t in transferees for r in rouvertes
        )

    @property
    def motif(self) -> str | None:
        """Tell why it came into a treating list: kept through the drafts (D21)."""
        derniere = self.visibles[-1]
        a_traiter = derniere["nouveau_statut"] == "A_TRAITER"
        return MOTIFS[derniere["action"]] if a_traiter else None


def _transferee(ligne: Ligne) -> bool:
    return bool(ligne["action"] == "TRAITER" and ligne["nouveau_statut"] == "A_TRAITER")


class Vue:
    """A sollicitation as somebody sees it who holds some roles on it, from an espace."""

    def __init__(self, vie: Vie, roles: frozenset[str], espace: str | None) -> None:
        self.vie, self.row, self.espace, self.roles = vie, vie.row, espace, roles
        self.traitant = bool(roles & {"RECEPTEUR", "SUPPORT"})
        self.analyste = not self.traitant and "ANALYSTE" in roles
        self.emetteur = not self.traitant and not self.analyste
        self.lignes = vie.visibles if self.emetteur else vie.lignes

    @property
    def statut(self) -> str:
        return str(self.lignes[-1]["nouveau_statut"])

    @property
    def chez(self) -> str:
        return str(self.lignes[-1]["destinataire"])

    @property
    def version(self) -> int:
        return len(self.lignes)

    @property
    def date_mise_a_jour(self) -> Any:
        return self.lignes[-1]["date"]

    @property
    def prise(self) -> Ligne | None:
        """Give the draft under way, to those who treat, and without its text to analysts."""
        derniere = self.vie.lignes[-1]
        return None if self.emetteur or derniere["nouveau_statut"] != "EN_COURS" else derniere

    def libelle(self, statut: str, chez: str) -> str:
        """Say a state in the words of this side."""
        if statut in ("REPONSE_APPORTEE", "CLOTUREE"):
            return {"REPONSE_APPORTEE": "Réponse apportée", "CLOTUREE": "Clôturée"}[statut]
        return MOTS[statut, chez][self._colonne()]

    def _colonne(self) -> int:
        au_support = "SUPPORT" in self.roles
        if au_support and (self.espace == "SUPPORT" or "RECEPTEUR" not in self.roles):
            return 2
        return 1 if self.emetteur else 0

    def commentaire(self, ligne: Ligne) -> str | None:
        """Give the text of a line that is meant for this side (D21b)."""
        interne = ligne["texte_interne"]
        if self.emetteur or (self.analyste and ligne["nouveau_statut"] == "EN_COURS"):
            interne = None
        texte: str | None = ligne["texte"] if ligne["texte"] is not None else interne
        return texte


class Appelant:
    """Somebody, with what their habilitations say today, and what they see."""

    def __init__(self, base: Base, id_: int, vies: Mapping[int, Vie]) -> None:
        self.base, self.id = base, id_
        self.habilitations = habilitations(base, id_)
        self.roles = {h.role for h in self.habilitations}
        self._sur: dict[int, frozenset[str]] = {
            s: frozenset(h.role for h in self.habilitations if h.atteint(vie))
            for s, vie in vies.items()
        }
        self._vies = vies

    def voit(self, espace: str | None) -> list[Vue]:
        """List the sollicitations seen from an espace, or from any."""
        return [
            Vue(self._vies[s], roles, espace)
            for s, roles in self._sur.items()
            if any(espace in (None, ESPACE_DU_ROLE[r]) for r in roles)
        ]

    def voit_structure(self, s: Ligne) -> bool:
        """Show any organisation, but a private person only to those who act for them."""
        return s["identifiant_type"] != "PARTICULIER" or any(
            h.structure == s["id"] and not h.services and h.role != "ADMINISTRATEUR"
            for h in self.habilitations
        )

    def administre(self, id_: int) -> tuple[Ligne, ...] | None:
        """List what somebody holds that one administers; None for an account out of sight."""
        miennes = [h for h in self.habilitations if h.role == "ADMINISTRATEUR" and not h.services]
        tout = any(h.structure is None for h in miennes)
        tenues = [h for h in self.base.tables["habilitation"] if h["utilisateur_id"] == id_]
        ou = {h.structure for h in miennes}
        vues = tuple(h for h in tenues if tout or h["structure_id"] in ou)
        return vues if vues or tout else None

    def voit_utilisateur(self, id_: int) -> bool:
        """Show oneself, and those who treat where one treats oneself."""
        traitent = ("RECEPTEUR", "SUPPORT")
        miennes = [h for h in self.habilitations if h.role in traitent]
        autres = [h for h in habilitations(self.base, id_) if h.role in traitent]
        return id_ == self.id or any(
            moi.role == "SUPPORT" or moi.structure == autre.structure
            for moi in miennes
            for autre in autres
        )


def habilitations(base: Base, id_: int) -> list[Habilitation]:
    """List what somebody holds."""
    limites: dict[int, set[int]] = defaultdict(set)
    for x in base.tables["habilitation_service"]:
        limites[x["habilitation_id"]].add(x["service_id"])
    return [
        Habilitation(h["role"], h["structure_id"], frozenset(limites[h["id"]]))
        for h in base.tables["habilitation"]
        if h["utilisateur_id"] == id_
    ]
