"""The history as evidence: a chain, in which each line answers for those before it."""

from datetime import UTC, datetime
from typing import Any

import pytest

from solli_graphql.domain import ecriture
from solli_graphql.domain.acteur import Acteur, Droits
from solli_graphql.domain.preuve import EFFACE, fautes
from solli_graphql.domain.workflow import (
    Action,
    Etat,
    Geste,
    Routage,
    StatutTraitement,
    franchir,
)

ACTEUR = Acteur(1, "Nom", "Prenom")
DATE = datetime(2026, 1, 1, tzinfo=UTC)
DEPOT = {"description": "Où en est-ce ?", "contact_courriel": "a@b.fr", "contact_telephone": None}
GESTES = (StatutTraitement.EN_COURS, StatutTraitement.EN_COURS, StatutTraitement.RESOLUE)


def histoire() -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Write a sollicitation of four lines, as the commands do."""
    depot = dict.fromkeys(ecriture.DEPOT) | DEPOT
    routage = Routage.METIER
    trace = ecriture.soumettre(depot, ACTEUR, id_=1, routage=routage, date=DATE, sel=b"s" * 16)
    row, lignes = trace.row, [trace.texte | trace.ligne]
    for choix in GESTES:
        connu = {n: row[n] for n in Etat.__dataclass_fields__ if n in row}
        etat = Etat(**connu, droits=Droits.RECEPTEUR)
        geste = Geste(Action.TRAITER, choix, "Un texte.")
        suite = franchir(etat, geste)
        trace = ecriture.ecrire(etat, *suite, geste, ACTEUR, date=DATE, sel=b"s" * 16)
        row |= trace.row
        lignes.append(trace.texte | trace.ligne)
    return row, lignes


class TestChain:
    def test_of_what_commands_write(self) -> None:
        """
        What the commands write has no fault.
        """
        assert fautes(*histoire()) == []

    @pytest.mark.parametrize("rang", range(3))
    def test_a_line_linked_anew_breaks_it(self, rang: int) -> None:
        """
        A line that was changed and linked anew to the one before it no longer holds the next one.
        """
        row, lignes = histoire()
        precedent = lignes[rang - 1]["tete"] if rang else ecriture.origine(row)
        lignes[rang]["date"] = datetime(2025, 1, 1, tzinfo=UTC)
        lignes[rang]["tete"] = ecriture.maillon(precedent, lignes[rang])
        assert fautes(row, lignes) == [f"la ligne {rang + 2} ne suit pas la chaîne"]

    def test_its_end_changes_with_its_beginning(self) -> None:
        """
        Two histories that differ by their first line alone do not end on the same head.
        """
        heads = set()
        for description in ("Une question.", "Une autre."):
            row, lignes = histoire()
            engagement = ecriture.engagement(b"s" * 16, ACTEUR, description)
            lignes[0]["engagement"], tete = engagement, ecriture.origine(row)
            for ligne in lignes:
                tete = ecriture.maillon(tete, ligne)
            heads.add(tete)
        assert len(heads) == 2


class TestDeposit:
    @pytest.mark.parametrize("colonne", ["texte", "texte_interne"])
    def test_its_line_has_no_text_of_its_own(self, colonne: str) -> None:
        """
        A text slipped into the first line, whose commitment is to the description, is a fault.
        """
        row, lignes = histoire()
        lignes[0][colonne] = "Un texte glissé."
        assert len(fautes(row, lignes)) == 1

    @pytest.mark.parametrize("colonne", [*ecriture.DEPOT, *DEPOT])
    def test_is_all_held_by_its_line(self, colonne: str) -> None:
        """
        Any column that only the deposit says, changed later, is a fault.
        """
        row, lignes = histoire()
        row[colonne] = Routage.SUPPORT if colonne == "routage" else "autre"
        assert fautes(row, lignes) != []

    def test_can_be_erased(self) -> None:
        """
        A deposit without its words, its contact, its author and its salt is no fault.
        """
        row, lignes = histoire()
        lignes[0] |= {"auteur_id": None, "auteur_nom": EFFACE, "auteur_prenom": EFFACE, "sel": None}
        row |= {"description": EFFACE, "contact_courriel": None}
        assert fautes(row, lignes) == []
        row["contact_courriel"] = "a@b.fr"
        assert len(fautes(row, lignes)) == 1

    def test_its_date_is_that_of_the_first_line(self) -> None:
        """
        A date of deposit that the history does not tell is a fault.
        """
        row, lignes = histoire()
        row["date_depot"] = datetime(2025, 1, 1, tzinfo=UTC)
        assert len(fautes(row, lignes)) == 1
