"""The workflow drawn from its own table: a Mermaid diagram, and a Markdown table."""

from collections.abc import Collection
from typing import NamedTuple

from solli_graphql.domain.acteur import Droits
from solli_graphql.domain.libelles import LIBELLES, Cote
from solli_graphql.domain.workflow import (
    CHOIX,
    TRAITANTS,
    TRANSITIONS,
    Action,
    Routage,
    Transition,
    Vers,
    a_l_origine,
    destination,
    offertes,
)
from solli_graphql.domain.workflow import DestinataireActuel as D
from solli_graphql.domain.workflow import StatutSollicitation as S

# Who can have it, by routage: only a métier sollicitation is ever at a structure.
CAS = (
    (D.STRUCTURE, Routage.METIER),
    (D.SUPPORT, Routage.METIER),
    (D.SUPPORT, Routage.SUPPORT),
)
COTES = {D.STRUCTURE: Cote.RECEPTEUR, D.SUPPORT: Cote.SUPPORT}
A_PRENDRE, TERMINEES = (S.A_TRAITER, S.EN_COURS), (S.REPONSE_APPORTEE, S.CLOTUREE)
GESTES = {
    Action.REPONDRE_COMPLEMENT: "Complément",
    Action.ROUVRIR: "Rouvrir",
    Action.CLOTURER: "Clôturer",
}
ROUTAGES = {Routage.METIER: "métier", Routage.SUPPORT: "support"}
ENSUITE = {
    Vers.MEME: "qui l'avait",
    Vers.AUTRE: "le support ; du support, la première structure",
    Vers.ORIGINE: "la première structure, ou le support si le routage le dit",
}
TOUS_LES_DROITS = int(Droits.EMETTEUR | Droits.RECEPTEUR | Droits.SUPPORT)


def _etat(statut: S, chez: D) -> str:
    """Name a state of the diagram; once answered, it is nobody's."""
    return str(statut) if statut in TERMINEES else f"{statut}_{chez}"


def _etats(statuts: Collection[S], chez: D) -> dict[str, str]:
    return {_etat(s, chez): LIBELLES[COTES[chez]][s, chez] for s in statuts}


class Boite(NamedTuple):
    """States with the same ways out, with their labels; one enters by the first."""

    nom: str
    titre: str
    etats: dict[str, str]


BOITES = (
    Boite("STRUCTURE", "Chez la structure", _etats(A_PRENDRE, D.STRUCTURE)),
    Boite("SUPPORT", "Au support", _etats(A_PRENDRE, D.SUPPORT)),
    Boite("TERMINEE", "Terminée", _etats(TERMINEES, D.STRUCTURE)),
)


class Fleche(NamedTuple):
    """An arrow between two names of the diagram."""

    source: str
    cible: str
    geste: str

    def __str__(self) -> str:
        return f"{self.source} --> {self.cible}: {self.geste}"


def mermaid() -> str:
    """Draw the life of a sollicitation (D21b) as a Mermaid state diagram."""
    fleches = depots() + [f for t in TRANSITIONS for f in dessiner(t)]
    lignes = ["stateDiagram-v2"]
    for boite in BOITES:
        lignes += _dessiner_boite(boite, [f for f in fleches if _dedans(boite, f)])
    for chez in D:
        ((nom, libelle),) = _etats([S.EN_ATTENTE_INFORMATIONS], chez).items()
        lignes.append(f"    {nom}: {libelle}")
    dehors = [f for f in fleches if not any(_dedans(b, f) for b in BOITES)]
    return "\n".join(lignes + [f"    {f}" for f in dehors])


def depots() -> list[Fleche]:
    """Draw where a sollicitation begins, by its routage."""
    return [
        Fleche("[*]", _entree(S.A_TRAITER, a_l_origine(r)), f"Dépôt ({mot})")
        for r, mot in ROUTAGES.items()
    ]


def dessiner(t: Transition) -> list[Fleche]:
    """Draw one transition: an arrow from each place where it starts to each where it leads."""
    passages: dict[tuple[str, str], set[Routage]] = {}
    for chez, routage in CAS:
        if t in offertes(TOUS_LES_DROITS, min(t.depuis), chez, routage):
            cible = _entree(t.statut, destination(t, chez, routage))
            passages.setdefault((_sortie(t, chez), cible), set()).add(routage)
    return [
        Fleche(_interieur(source, cible), cible, nommer(t) + _precision(t, source, routages))
        for (source, cible), routages in passages.items()
    ]


def nommer(t: Transition) -> str:
    """Name in French what somebody does to make a transition."""
    nom = CHOIX[t.choix][0] if t.choix else GESTES[t.action]
    return nom if t.visible else f"{nom} (brouillon)"


def tableau() -> str:
    """List the transitions (D21b) as a Markdown table, a row each."""
    entete = ("geste", "par", "depuis", "statut", "chez", "motif", "l'émetteur", "texte")
    lignes = [entete, ("---",) * len(entete), *map(_rangee, TRANSITIONS)]
    return "\n".join(f"| {' | '.join(ligne)} |" for ligne in lignes)


def _rangee(t: Transition) -> tuple[str, ...]:
    return (
        f"`{t.action}`" + (f" `{t.choix}`" if t.choix else ""),
        "qui l'a : récepteur ou support" if t.roles == TRAITANTS else "émetteur",
        ", ".join(f"`{s}`" for s in S if s in t.depuis),
        f"`{t.statut}`",
        ENSUITE[t.vers],
        f"`{t.motif}`" if t.motif else "—",
        "le voit" if t.visible else "n'en sait rien",
        "pour tous" if t.publique else "entre traitants",
    )


def _dessiner_boite(boite: Boite, fleches: list[Fleche]) -> list[str]:
    return [
        f'    state "{boite.titre}" as {boite.nom} {{',
        *(f"        {nom}: {libelle}" for nom, libelle in boite.etats.items()),
        f"        [*] --> {next(iter(boite.etats))}",
        *(f"        {f}" for f in fleches),
        "    }",
    ]


def _dedans(boite: Boite, f: Fleche) -> bool:
    return {f.source, f.cible} <= boite.etats.keys()


def _sortie(t: Transition, chez: D) -> str:
    """Name where a transition starts: the box of all its states, or the only one."""
    noms = {_etat(s, chez) for s in t.depuis}
    return next((b.nom for b in BOITES if b.etats.keys() == noms), min(noms))


def _entree(statut: S, chez: D) -> str:
    """Name where one enters a state: by the border of the box that it is the first of."""
    nom = _etat(statut, chez)
    return next((b.nom for b in BOITES if next(iter(b.etats)) == nom), nom)


def _interieur(source: str, cible: str) -> str:
    """Start an arrow that stays in its box at the first state, instead of the border."""
    etats = next((b.etats for b in BOITES if b.nom == source and cible in b.etats), {source: ""})
    return next(iter(etats))


def _precision(t: Transition, source: str, routages: set[Routage]) -> str:
    """Say for which routage an arrow is, where it is not for all that can start there."""
    possibles = {r for chez, r in CAS if _sortie(t, chez) == source}
    return "" if routages == possibles else f" ({', '.join(ROUTAGES[r] for r in sorted(routages))})"
