"""The life of a sollicitation as an SVG: the arrows of the workflow, at places given here."""

from collections.abc import Iterator
from html import escape
from typing import NamedTuple

from solli_graphql.domain.diagramme import BOITES, COTES, Fleche, depots, dessiner
from solli_graphql.domain.libelles import LIBELLES
from solli_graphql.domain.workflow import TRANSITIONS
from solli_graphql.domain.workflow import DestinataireActuel as D
from solli_graphql.domain.workflow import StatutSollicitation as S

LARGEUR, HAUTEUR = 960, 560
LIGNE = 15  # between two lines of a label


class Cadre(NamedTuple):
    """Where a state or a box of states stands."""

    x: int
    y: int
    largeur: int
    hauteur: int


class Trace(NamedTuple):
    """Where an arrow goes, and where its label begins, ends or has its middle."""

    de: tuple[int, int]
    a: tuple[int, int]
    texte: tuple[int, int]
    ancre: str = "middle"


CADRES = {
    "STRUCTURE": Cadre(20, 80, 350, 110),
    "A_TRAITER_STRUCTURE": Cadre(40, 120, 110, 46),
    "EN_COURS_STRUCTURE": Cadre(240, 120, 110, 46),
    "SUPPORT": Cadre(590, 80, 350, 110),
    "A_TRAITER_SUPPORT": Cadre(610, 120, 110, 46),
    "EN_COURS_SUPPORT": Cadre(810, 120, 110, 46),
    "EN_ATTENTE_INFORMATIONS_STRUCTURE": Cadre(20, 310, 215, 46),
    "EN_ATTENTE_INFORMATIONS_SUPPORT": Cadre(725, 310, 215, 46),
    "TERMINEE": Cadre(280, 430, 400, 110),
    "REPONSE_APPORTEE": Cadre(296, 470, 156, 46),
    "CLOTUREE": Cadre(544, 470, 120, 46),
}
TRACES = {
    ("[*]", "STRUCTURE"): Trace((195, 20), (195, 80), (207, 46), "start"),
    ("[*]", "SUPPORT"): Trace((765, 20), (765, 80), (777, 46), "start"),
    ("A_TRAITER_STRUCTURE", "EN_COURS_STRUCTURE"): Trace((150, 143), (240, 143), (195, 132)),
    ("A_TRAITER_SUPPORT", "EN_COURS_SUPPORT"): Trace((720, 143), (810, 143), (765, 132)),
    ("REPONSE_APPORTEE", "CLOTUREE"): Trace((452, 493), (544, 493), (498, 484)),
    ("STRUCTURE", "SUPPORT"): Trace((370, 110), (590, 110), (480, 100)),
    ("SUPPORT", "STRUCTURE"): Trace((590, 160), (370, 160), (480, 178)),
    ("STRUCTURE", "EN_ATTENTE_INFORMATIONS_STRUCTURE"): Trace(
        (60, 190), (60, 310), (70, 222), "start"
    ),
    ("EN_ATTENTE_INFORMATIONS_STRUCTURE", "STRUCTURE"): Trace(
        (217, 310), (217, 190), (207, 288), "end"
    ),
    ("SUPPORT", "EN_ATTENTE_INFORMATIONS_SUPPORT"): Trace(
        (900, 190), (900, 310), (890, 222), "end"
    ),
    ("EN_ATTENTE_INFORMATIONS_SUPPORT", "SUPPORT"): Trace(
        (743, 310), (743, 190), (753, 288), "start"
    ),
    ("STRUCTURE", "TERMINEE"): Trace((330, 190), (400, 430), (380, 300), "start"),
    ("TERMINEE", "STRUCTURE"): Trace((330, 430), (260, 190), (300, 370), "end"),
    ("SUPPORT", "TERMINEE"): Trace((630, 190), (560, 430), (580, 300), "end"),
    ("TERMINEE", "SUPPORT"): Trace((630, 430), (700, 190), (660, 370), "start"),
}


def svg() -> str:
    """Draw it. Raises KeyError for a state or an arrow that has no place here."""
    fleches = [*depots(), *(f for t in TRANSITIONS for f in dessiner(t))]
    attentes = {
        f"{S.EN_ATTENTE_INFORMATIONS}_{chez}": LIBELLES[COTES[chez]][
            S.EN_ATTENTE_INFORMATIONS, chez
        ]
        for chez in D
    }
    etats = attentes | {nom: texte for b in BOITES for nom, texte in b.etats.items()}
    parties = [
        *(_boite(CADRES[b.nom], b.titre) for b in BOITES),
        *(_etat(CADRES[nom], texte) for nom, texte in etats.items()),
        *(_fleche(f, TRACES[f.source, f.cible]) for f in fleches),
    ]
    return (
        f'<figure class="vie"><svg viewBox="0 0 {LARGEUR} {HAUTEUR}" role="img" '
        'aria-label="La vie d’une sollicitation, du dépôt à la clôture">'
        '<defs><marker id="pointe" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="7" '
        'markerHeight="7" orient="auto"><path d="M0 0 10 5 0 10z"/></marker></defs>'
        f"{''.join(parties)}</svg></figure>"
    )


def _boite(c: Cadre, titre: str) -> str:
    return _cadre(c, "boite") + _texte(titre, c.x + 16, c.y + 24, "start", "titre")


def _etat(c: Cadre, texte: str) -> str:
    milieu = c.x + c.largeur // 2, c.y + c.hauteur // 2 + 5
    return _cadre(c, "etat") + _texte(texte, *milieu, "middle", "nom")


def _cadre(c: Cadre, classe: str) -> str:
    taille = f'width="{c.largeur}" height="{c.hauteur}"'
    return f'<rect class="{classe}" x="{c.x}" y="{c.y}" {taille} rx="8"/>'


def _fleche(f: Fleche, t: Trace) -> str:
    (x1, y1), (x2, y2) = t.de, t.a
    depart = f'<circle class="depart" cx="{x1}" cy="{y1}" r="6"/>' if f.source == "[*]" else ""
    trait = f'<path class="trait" d="M{x1} {y1} {x2} {y2}" marker-end="url(#pointe)"/>'
    return depart + trait + "".join(_etiquette(f.geste, *t.texte, t.ancre))


def _etiquette(geste: str, x: int, y: int, ancre: str) -> Iterator[str]:
    """Write what an arrow is for; what is said in brackets, below."""
    mot, _, precision = geste.partition(" (")
    yield _texte(mot, x, y, ancre, "geste")
    if precision:
        yield _texte(f"({precision}", x, y + LIGNE, ancre, "geste")


def _texte(texte: str, x: int, y: int, ancre: str, classe: str) -> str:
    return f'<text class="{classe}" x="{x}" y="{y}" text-anchor="{ancre}">{escape(texte)}</text>'
