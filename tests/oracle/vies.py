"""Lives of sollicitations as rows: the same ones with, and without, their EN_COURS steps."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from solli_graphql.domain import ecriture
from solli_graphql.domain.acteur import Acteur, Droits
from solli_graphql.domain.numeros import numero
from solli_graphql.domain.textes import replier
from solli_graphql.domain.workflow import (
    Action,
    Etat,
    Geste,
    Routage,
    StatutTraitement,
    franchir,
)

Ligne = dict[str, Any]
A, T = Action, StatutTraitement
# Question, Complément, Réponse, Brouillon, Transfert, Ouverture anew, clôture (X).
GESTES: Mapping[str, tuple[Action, StatutTraitement | None]] = {
    "Q": (A.TRAITER, T.DEMANDE_INFORMATION),
    "C": (A.REPONDRE_COMPLEMENT, None),
    "R": (A.TRAITER, T.RESOLUE),
    "B": (A.TRAITER, T.EN_COURS),
    "T": (A.TRAITER, T.MAUVAISE_AFFECTATION),
    "O": (A.ROUVRIR, None),
    "X": (A.CLOTURER, None),
}
# What can come after each letter; a draft leaves everything open.
SUITES = {"": "BBQRT", "Q": "C", "C": "BBQRT", "R": "OX", "B": "BQRT", "T": "BBQRT", "O": "BBQRT"}
SUITES["X"] = "O"
LONGUES = ("QC" * 61, "BQC" * 42 + "B", "TTBTTB" * 12 + "TQ", "B" * 30, "R" + "OBR" * 9 + "X")
DEBUT = datetime(2025, 2, 27, 12, 0, tzinfo=UTC)
MOTS = (
    *("facture", "Échéance", "relance", "100 %", "mémoire", "N_37", "accès", "où\\en"),
    *("dépôt", "TVA", "Straße", "ﬁnale", "virement", "l’avoir", "retard", "😀"),
)


@dataclass(frozen=True)
class Pas:
    """One step of a life; `par` treats at the structure, `support` at the support."""

    lettre: str
    emetteur: Acteur
    recepteur: Acteur
    support: Acteur
    texte: str | None
    date: datetime
    sel: bytes

    def qui(self, chez: str) -> tuple[Acteur, Droits]:
        """Tell who makes it, and with which rights."""
        if GESTES[self.lettre][0] is not A.TRAITER:
            return self.emetteur, Droits.EMETTEUR
        if chez == "STRUCTURE":
            return self.recepteur, Droits.RECEPTEUR
        return self.support, Droits.SUPPORT


@dataclass(frozen=True)
class Vie:
    """A deposit, and what came after it."""

    id: int
    depot: Ligne
    routage: Routage
    date: datetime
    emetteur: Acteur
    pas: tuple[Pas, ...]


@dataclass
class Lignes:
    """The rows of lives, by table."""

    sollicitation: list[Ligne] = field(default_factory=list)
    historique: list[Ligne] = field(default_factory=list)
    historique_texte: list[Ligne] = field(default_factory=list)
    sollicitation_recherche: list[Ligne] = field(default_factory=list)

    def jouer(self, vie: Vie, *, brouillons: bool) -> None:
        """Play a life through the workflow itself; without drafts, all other steps are the same."""
        trace = ecriture.soumettre(
            *(vie.depot, vie.emetteur),
            id_=vie.id,
            routage=vie.routage,
            date=vie.date,
            sel=bytes(16),
        )
        row = trace.row
        cherche = replier(row["description"], row["numero_objet"])
        self._garder(trace)
        for pas in vie.pas:
            if pas.lettre == "B" and not brouillons:
                continue
            acteur, droits = pas.qui(row["destinataire_actuel"])
            geste = Geste(*GESTES[pas.lettre], pas.texte)
            connus = {n: row[n] for n in Etat.__slots__ if n != "droits"}
            etat = Etat(droits=droits, **connus)
            transition, vers = franchir(etat, geste)
            trace = ecriture.ecrire(
                *(etat, transition, vers, geste, acteur), date=pas.date, sel=pas.sel
            )
            row |= trace.row
            self._garder(trace)
            if droits is Droits.EMETTEUR and pas.texte:
                cherche += "\n" + replier(pas.texte)
        self.sollicitation.append(row)
        self.sollicitation_recherche.append({"sollicitation_id": vie.id, "texte": cherche})

    def _garder(self, trace: ecriture.Trace) -> None:
        self.historique.append(trace.ligne)
        self.historique_texte.append(trace.texte)


def dire(hasard: Random) -> str:
    """Say something."""
    return " ".join(hasard.choices(MOTS, k=hasard.randint(1, 5)))


def scenario(hasard: Random, rang: int, *, metier: bool) -> str:
    """Draw the letters of a life: some are longer than a page."""
    if rang < len(LONGUES):
        return LONGUES[rang]
    lettres = ""
    for _ in range(hasard.choice((0, 1, 1, 2, 3, 4, 6, 9, 14))):
        suites = SUITES[lettres[-1:]]
        lettres += hasard.choice(suites if metier else suites.replace("T", ""))
    return lettres


def raconter(
    hasard: Random, rang: int, depot: Ligne, emetteur: Acteur, gens: Mapping[str, list[Acteur]]
) -> Vie:
    """Draw a life; its draws do not depend on what is played of it."""
    routage = Routage.METIER if depot["structure_destinataire_id"] else Routage.SUPPORT
    date = deposer(hasard, rang)
    pas = []
    quand = date
    for lettre in scenario(hasard, rang, metier=routage is Routage.METIER):
        quand += timedelta(minutes=hasard.choice((0, 0, 0, 600, 1440)))
        texte = None if lettre == "X" and hasard.random() < 0.5 else dire(hasard)
        qui = hasard.choice(gens["recepteurs"]), hasard.choice(gens["support"])
        pas.append(Pas(lettre, emetteur, *qui, texte, quand, hasard.randbytes(16)))
    tout = {**depot, "numero": numero(rang + 1, date), "description": dire(hasard)}
    return Vie(rang + 1, tout, routage, date, emetteur, tuple(pas))


def deposer(hasard: Random, rang: int) -> datetime:
    """Draw an instant: many are the same, or next to a midnight of Paris, in winter and summer."""
    jour = DEBUT + timedelta(days=6 * (rang // 12))
    heure = hasard.choice((0, 0, 0, 10, 10.5, 11, 11.5))
    return jour + timedelta(hours=heure, microseconds=hasard.choice((0, 0, 0, 0, 1, 500_000)))
