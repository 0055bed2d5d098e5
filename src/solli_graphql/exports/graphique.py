"""Statistics as a drawing: how many in each group, and how long until an answer."""

from collections.abc import Iterator, Sequence
from html import escape

from solli_graphql.domain.statistiques import Groupe, Statistiques, duree

LARGEUR, LIBELLE, BARRE, PAS = 860, 260, 16, 22
TITRE, HAUT = 40, 12
NOMBRE, DELAI, TRAIT = "#1b6e53", "#c98b2b", "#222"


def svg(statistiques: Statistiques, titre: str) -> str:
    """Draw two panels of bars: numbers, then median resolutions with a line up to nine in ten."""
    groupes = statistiques.groupes
    hauteur = TITRE + 2 * (TITRE + PAS * len(groupes)) + HAUT
    milieu = TITRE * 2 + PAS * len(groupes)
    tete = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {LARGEUR} {hauteur}" role="img" '
        f'font-family="sans-serif" font-size="13" fill="{TRAIT}">'
    )
    parts = [
        tete,
        f"<title>{escape(titre)}</title>",
        f'<rect width="{LARGEUR}" height="{hauteur}" fill="#fff"/>',
        _texte(HAUT, 24, titre, ' font-size="16" font-weight="bold"'),
        *_panneau(TITRE, "Sollicitations", groupes, [(g.nombre, None) for g in groupes]),
        *_panneau(
            *(milieu, "Délai de résolution : médiane, et trait jusqu'à neuf sur dix", groupes),
            [(g.resolution.mediane, g.resolution.centile90) for g in groupes],
        ),
    ]
    return "\n".join([*parts, "</svg>\n"])


def _panneau(
    y: float,
    titre: str,
    groupes: Sequence[Groupe],
    valeurs: Sequence[tuple[int | None, int | None]],
) -> Iterator[str]:
    yield _texte(HAUT, y + 24, titre, ' font-weight="bold"')
    sommet = max((v for paire in valeurs for v in paire if v), default=1)
    echelle = (LARGEUR - LIBELLE - 150) / sommet
    for i, (groupe, (valeur, jusque)) in enumerate(zip(groupes, valeurs, strict=True)):
        ici = y + TITRE - 4 + i * PAS
        yield _texte(LIBELLE - 8, ici + 13, _court(groupe.libelle), ' text-anchor="end"')
        if valeur is None:
            yield _texte(LIBELLE + 6, ici + 13, "aucune réponse")
            continue
        delai = jusque is not None
        large, bout = echelle * valeur, echelle * max(valeur, jusque or 0)
        yield (
            f'<rect x="{LIBELLE}" y="{ici}" width="{large:.1f}" height="{BARRE}" '
            f'fill="{DELAI if delai else NOMBRE}"/>'
        )
        if delai:
            trace = f"M{LIBELLE + large:.1f} {ici + BARRE / 2}H{LIBELLE + bout:.1f}"
            yield f'<path d="{trace}" stroke="{TRAIT}"/>'
        dit = (
            f"{duree(valeur)} – {duree(jusque)}" if delai else f"{valeur:,}".replace(",", "\u202f")
        )
        yield _texte(LIBELLE + bout + 6, ici + 13, dit)


def _texte(x: float, y: float, texte: str, attributs: str = "") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}"{attributs}>{escape(texte)}</text>'


def _court(texte: str) -> str:
    return texte if len(texte) <= 32 else f"{texte[:31]}…"  # noqa: PLR2004 - what LIBELLE holds
