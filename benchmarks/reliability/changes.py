"""The changes that a tamperer tries: each makes one, or tells that it cannot."""

import random
from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from solli_graphql.domain.ecriture import DEPOT, maillon, origine
from solli_graphql.domain.mesures import AU_DEPOT

Row = dict[str, Any]
DESTINATAIRES = ("STRUCTURE", "SUPPORT")
STATUTS = ("A_TRAITER", "EN_COURS", "EN_ATTENTE_INFORMATIONS", "REPONSE_APPORTEE", "CLOTUREE")
ENUMS: Mapping[str, tuple[str, ...]] = {
    "action": ("SOUMETTRE", "TRAITER", "REPONDRE_COMPLEMENT", "ROUVRIR", "CLOTURER"),
    "motif": ("NOUVELLE", "COMPLEMENT_RECU", "ROUVERTE", "TRANSFEREE"),
    "routage": ("METIER", "SUPPORT"),
    **dict.fromkeys(("ancien_destinataire", "destinataire", "destinataire_actuel"), DESTINATAIRES),
    **dict.fromkeys(
        ("statut", "statut_emetteur", "ancien_statut", "ancien_statut_emetteur", "nouveau_statut"),
        STATUTS,
    ),
}
# Of the row: what the history gives, and what only the deposit has said.
COVERED = (
    *("statut", "destinataire_actuel", "motif", "version", "date_mise_a_jour", "brouillon"),
    *("prise_en_charge_par_id", "statut_emetteur", "version_emetteur", "transferts"),
    *("date_mise_a_jour_emetteur", "reouvertures", "allers_retours", "passe_support", "tete"),
    *AU_DEPOT,
    *("description", "contact_courriel", "contact_telephone", "date_depot", *DEPOT),
)


@dataclass
class Story:
    """All that is kept of one sollicitation."""

    row: Row
    lines: list[Row]
    texts: list[Row]

    def copy(self) -> "Story":
        """Copy it whole."""
        return deepcopy(self)


Change = Callable[[Story, random.Random], bool]


def mutate(  # noqa: PLR0911 - one per kind of column
    column: str, value: Any, dice: random.Random
) -> Any:
    """Give another value that this column could hold."""
    if column in ENUMS:
        return dice.choice([v for v in (*ENUMS[column], None) if v != value])
    match value:
        case bool():
            return not value
        case int():
            return value + dice.choice((-1, 1))
        case datetime():
            return value + timedelta(seconds=dice.choice((-3600, 1, 86400)))
        case bytes():
            place = dice.randrange(len(value))
            return (
                value[:place]
                + bytes([value[place] ^ (1 << dice.randrange(8))])
                + value[place + 1 :]
            )
        case str():
            place = dice.randrange(len(value) + 1)
            return value[:place] + dice.choice("abcé 0") + value[place:]
        case _:
            return 1 if column.endswith(("_id", "seq_emetteur", *AU_DEPOT)) else "autre"


def change_line(story: Story, dice: random.Random) -> bool:
    """Change one column of one line."""
    line = dice.choice(story.lines)
    column = dice.choice([c for c in line if c not in ("sollicitation_id", "seq")])
    line[column] = mutate(column, line[column], dice)
    return True


def change_text(story: Story, dice: random.Random) -> bool:
    """Change a text, an author or a salt."""
    text = dice.choice(story.texts)
    column = dice.choice([c for c in text if c not in ("sollicitation_id", "seq")])
    text[column] = mutate(column, text[column], dice)
    return True


def change_row(story: Story, dice: random.Random) -> bool:
    """Change one column of the row that the history gives."""
    column = dice.choice(COVERED)
    story.row[column] = mutate(column, story.row[column], dice)
    return True


def insert(story: Story, dice: random.Random) -> bool:
    """Insert a copy of a line, with its text, before the end."""
    source, place = dice.randrange(len(story.lines)), dice.randrange(len(story.lines))
    story.lines.insert(place, dict(story.lines[source]))
    story.texts.insert(place, dict(story.texts[source]))
    _renumber(story, row=dice.random() < 0.5)  # noqa: PLR2004
    return True


def delete(story: Story, dice: random.Random) -> bool:
    """Delete a line, with its text, before the end."""
    if len(story.lines) < 2:  # noqa: PLR2004
        return False
    place = dice.randrange(len(story.lines) - 1)
    del story.lines[place], story.texts[place]
    if dice.random() < 0.5:  # noqa: PLR2004
        _renumber(story, row=dice.random() < 0.5)  # noqa: PLR2004
    return True


def reorder(story: Story, dice: random.Random) -> bool:
    """Exchange two lines, or only their texts."""
    if len(story.lines) < 2:  # noqa: PLR2004
        return False
    a, b = dice.sample(range(len(story.lines)), 2)
    parts = [story.lines, story.texts] if dice.random() < 0.5 else [story.texts]  # noqa: PLR2004
    for part in parts:
        part[a], part[b] = part[b], part[a]
    _renumber(story, row=False)
    return True


def _renumber(story: Story, *, row: bool) -> None:
    """Make both numberings gapless, as a careful forger does."""
    seen = 0
    for seq, (line, text) in enumerate(zip(story.lines, story.texts, strict=True), 1):
        line["seq"] = text["seq"] = seq
        if line["seq_emetteur"] is not None:
            seen += 1
            line["seq_emetteur"] = seen
    if row:
        story.row |= {"version": len(story.lines), "version_emetteur": seen}


CHANGES: Mapping[str, Change] = {
    f.__name__: f for f in (change_line, change_text, change_row, insert, delete, reorder)
}


def cut_tail(story: Story, _: random.Random) -> bool:
    """Forget the last lines, and make the row what it was then: up to the deposit."""
    if len(story.lines) < 2:  # noqa: PLR2004
        return False
    del story.lines[1:], story.texts[1:]
    first = story.lines[0]
    for side in ("", "_emetteur"):
        story.row |= {f"statut{side}": "A_TRAITER", f"version{side}": 1}
        story.row[f"date_mise_a_jour{side}"] = first["date"]
    story.row |= {"destinataire_actuel": first["destinataire"], "motif": "NOUVELLE"}
    story.row |= {"brouillon": None, "prise_en_charge_par_id": None, "tete": first["tete"]}
    story.row |= {"transferts": 0, "reouvertures": 0, "allers_retours": False}
    story.row |= {"passe_support": first["destinataire"] == "SUPPORT", **AU_DEPOT}
    return True


def rewrite(story: Story, _: random.Random) -> bool:
    """Move every date by a day and compute the whole chain again, as who knows the code can."""
    head = origine(story.row)
    for line in story.lines:
        line["date"] += timedelta(days=1)
        head = line["tete"] = maillon(head, line)
    story.row["tete"] = head
    story.row["date_mise_a_jour"] += timedelta(days=1)
    story.row["date_mise_a_jour_emetteur"] += timedelta(days=1)
    story.row["date_depot"] += timedelta(days=1)
    return True


REWRITTEN: Mapping[str, Change] = {f.__name__: f for f in (cut_tail, rewrite)}
