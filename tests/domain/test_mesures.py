"""What is measured of a sollicitation, against a second by second account of its history."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oracle.comptes import mesurer as mesurer_naif
from oracle.vies import LONGUES, Lignes, Pas, Vie, scenario
from solli_graphql.domain import ecriture
from solli_graphql.domain.acteur import Acteur
from solli_graphql.domain.mesures import AU_DEPOT, ecoule, mesurer
from solli_graphql.domain.workflow import Routage

DEPOT = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
QUI = Acteur(1, "Nom", "Prenom")


def vivre(lettres: str, ecarts: list[float], *, brouillons: bool = True) -> Lignes:
    """Play a life whose steps are so many seconds apart."""
    depot = dict.fromkeys(ecriture.DEPOT) | {"description": "", "numero": "S-2026-00000001"}
    depot |= {"contact_courriel": "a@b.fr", "contact_telephone": None}
    date, pas = DEPOT, []
    for lettre, ecart in zip(lettres, ecarts, strict=False):
        date += timedelta(seconds=ecart)
        pas.append(Pas(lettre, QUI, QUI, QUI, "Un texte.", date, bytes(16)))
    lignes = Lignes()
    vie = Vie(1, depot, Routage.METIER, DEPOT, QUI, tuple(pas))
    lignes.jouer(vie, brouillons=brouillons)
    return lignes


def mesures(row: Mapping[str, Any]) -> dict[str, Any]:
    """Keep the measures of a row."""
    return {nom: row[nom] for nom in AU_DEPOT}


VIES = st.one_of(
    st.sampled_from([s for s in LONGUES if "T" not in s]),
    st.randoms(use_true_random=False).map(lambda r: scenario(r, 99, metier=True)),
)
ECARTS = st.lists(st.floats(0, 1e6).map(lambda s: round(s, 6)), min_size=130, max_size=130)


class TestMesures:
    @given(lettres=VIES, ecarts=ECARTS)
    def test_of_any_history(self, lettres: str, ecarts: list[float]) -> None:
        """
        What is kept step by step equals what the whole history says, and a plain account of it.
        """
        lignes = vivre(lettres, ecarts)
        tenues = mesures(lignes.sollicitation[0])
        assert tenues == mesurer(lignes.historique) == mesurer_naif(lignes.historique)

    @given(lettres=VIES, ecarts=ECARTS)
    def test_tell_nothing_of_drafts(self, lettres: str, ecarts: list[float]) -> None:
        """
        The same life with and without its drafts has the same measures (D14).
        """
        avec, sans = (vivre(lettres, ecarts, brouillons=b) for b in (True, False))
        assert mesures(avec.sollicitation[0]) == mesures(sans.sollicitation[0])

    @pytest.mark.parametrize(
        ("lettres", "attendu"),
        [
            ("", {}),
            ("B", {}),
            ("R", {"delai_premiere_reponse": 10, "delai_resolution": 10, "temps_structure": 10}),
            ("Q", {"delai_premiere_reponse": 10, "temps_structure": 10, "demandes_information": 1}),
            (
                "QCR",
                {
                    "delai_premiere_reponse": 10,
                    "delai_resolution": 30,
                    "temps_structure": 20,
                    "temps_emetteur": 10,
                    "demandes_information": 1,
                },
            ),
            ("RO", {"delai_premiere_reponse": 10, "temps_structure": 10}),
            (
                "TBR",
                {
                    "delai_premiere_reponse": 30,
                    "delai_resolution": 30,
                    "temps_structure": 10,
                    "temps_support": 20,
                },
            ),
            (
                "RXOR",
                {"delai_premiere_reponse": 10, "delai_resolution": 40, "temps_structure": 20},
            ),
        ],
    )
    def test_of_a_life(self, lettres: str, attendu: dict[str, Any]) -> None:
        """
        The clock of a party runs while it is waited for, and stops when it has asked the other.
        """
        lignes = vivre(lettres, [10.0] * 9)
        assert mesures(lignes.sollicitation[0]) == {**AU_DEPOT, **attendu}

    def test_a_clock_set_back_takes_no_time(self) -> None:
        """
        A step dated before the one it follows took no time.
        """
        assert ecoule(DEPOT, DEPOT - timedelta(hours=1)) == 0
