"""The canonical form of each type of identifier, and what is refused."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from solli_graphql.domain.identifiants import IdentifiantInvalide, TypeIdentifiant, normaliser

TYPES = list(TypeIdentifiant)


def refus(type_: TypeIdentifiant, valeur: str) -> str:
    """Return the message with which a value is refused."""
    with pytest.raises(IdentifiantInvalide) as info:
        normaliser(type_, valeur)
    return str(info.value)


class TestNormaliser:
    @pytest.mark.parametrize(
        "valeur", ["35600000000048", "35600000049837", "73282932000074", "13001533200013"]
    )
    def test_valid_siret(self, valeur: str) -> None:
        """
        A valid SIRET, of La Poste included, is its own canonical form.
        """
        assert normaliser(TypeIdentifiant.SIRET, valeur) == valeur

    def test_la_poste_by_luhn(self) -> None:
        """
        A SIRET of La Poste whose Luhn check holds is valid whatever the sum of its digits.
        """
        assert normaliser(TypeIdentifiant.SIRET, "35600000000014") == "35600000000014"

    @pytest.mark.parametrize(
        "valeur", ["73282932000075", "35600000049838", "13001533200031", "73282932000024"]
    )
    def test_siret_with_a_wrong_check_digit(self, valeur: str) -> None:
        """
        A SIRET that fails the Luhn check, without the exception of La Poste, is refused.
        """
        assert refus(TypeIdentifiant.SIRET, valeur) == (
            "La clé de contrôle de ce SIRET est incorrecte."
        )

    @pytest.mark.parametrize(
        "valeur",
        ["7328293200007", "732829320000740", "7328293200007A", "\uff17\uff13282932000074"],
    )
    def test_siret_without_14_digits(self, valeur: str) -> None:
        """
        A SIRET has exactly 14 ASCII digits.
        """
        assert refus(TypeIdentifiant.SIRET, valeur)

    @pytest.mark.parametrize(
        ("type_", "saisie", "canonique"),
        [
            (TypeIdentifiant.SIRET, " 732 829 320\u00a000074\n", "73282932000074"),
            (TypeIdentifiant.SIRET, "732.829.320-00074", "73282932000074"),
            (TypeIdentifiant.UE_HORS_FRANCE, "be 0697.449.992", "BE0697449992"),
            (TypeIdentifiant.UE_HORS_FRANCE, "BE697449992", "BE0697449992"),
            (TypeIdentifiant.UE_HORS_FRANCE, "GR 094259216", "EL094259216"),
            (TypeIdentifiant.HORS_UE, "ch  Alpenbrise  Uhren", "CHALPENBRISE UHREN"),
            (TypeIdentifiant.HORS_UE, "US O\u2019Neverland", "USO'NEVERLAND"),
            (TypeIdentifiant.RIDET, "0 123 456.001", "0123456001"),
            (TypeIdentifiant.RIDET, "123456001", "123456001"),
            (TypeIdentifiant.TAHITI, "a12345-678", "A12345678"),
            (TypeIdentifiant.TAHITI, "012345678", "012345678"),
            (TypeIdentifiant.PARTICULIER, "  Spécimen\tAlix ", "SPÉCIMEN ALIX"),
            (TypeIdentifiant.PARTICULIER, "Spe\u0301cimen Alix", "SPÉCIMEN ALIX"),
        ],
    )
    def test_canonical_form(self, type_: TypeIdentifiant, saisie: str, canonique: str) -> None:
        """
        An identifier is stored without separators that mean nothing, in capitals.
        """
        assert normaliser(type_, saisie) == canonique

    @pytest.mark.parametrize(
        ("type_", "valeur"),
        [
            (TypeIdentifiant.UE_HORS_FRANCE, "FR83404833048"),
            (TypeIdentifiant.UE_HORS_FRANCE, "CHE123456788"),
            (TypeIdentifiant.UE_HORS_FRANCE, "EU372022452"),
            (TypeIdentifiant.UE_HORS_FRANCE, "BE0697449993"),
            (TypeIdentifiant.UE_HORS_FRANCE, "DE"),
            (TypeIdentifiant.HORS_UE, "FRSOCIETE"),
            (TypeIdentifiant.HORS_UE, "DEGESELLSCHAFT"),
            (TypeIdentifiant.HORS_UE, "XXSOCIETE"),
            (TypeIdentifiant.HORS_UE, "CH"),
            (TypeIdentifiant.HORS_UE, "CH --"),
            (TypeIdentifiant.HORS_UE, "CHALPENBRISE UHREN A"),
            (TypeIdentifiant.RIDET, "12345678"),
            (TypeIdentifiant.RIDET, "12345678901"),
            (TypeIdentifiant.RIDET, "A12345678"),
            (TypeIdentifiant.TAHITI, "AB1234567"),
            (TypeIdentifiant.TAHITI, "A1234567"),
            (TypeIdentifiant.PARTICULIER, "-"),
            (TypeIdentifiant.PARTICULIER, "A" * 81),
            (TypeIdentifiant.PARTICULIER, "ß" * 41),
            (TypeIdentifiant.PARTICULIER, "\u0410lix Spécimen"),
        ],
    )
    def test_refused(self, type_: TypeIdentifiant, valeur: str) -> None:
        """
        What breaks the rule of its type is refused with a French sentence.
        """
        assert refus(type_, valeur).endswith(".")

    @pytest.mark.parametrize("type_", TYPES)
    @pytest.mark.parametrize(
        "valeur",
        [
            "",
            "   ",
            "\u00a0",
            "\0",
            "CH\0ACME",
            "CH😀",
            "\uff11\uff12\uff13456789",
            "٣٥٦",
            "\ud800",
            "A\u200bB",
        ],
    )
    def test_hostile(self, type_: TypeIdentifiant, valeur: str) -> None:
        """
        Blank, invisible, non-Latin or broken text is refused for every type.
        """
        assert refus(type_, valeur)

    @pytest.mark.parametrize("type_", TYPES)
    @pytest.mark.parametrize("motif", ["7", " ", "A", "-", "ß", "😀", "DE1"])
    def test_megabyte(self, type_: TypeIdentifiant, motif: str) -> None:
        """
        A megabyte is refused at once, and never repeated in the message.
        """
        depart = time.perf_counter()
        message = refus(type_, motif * 1_000_000)
        assert time.perf_counter() - depart < 0.1
        assert len(message) < 200

    @given(
        st.sampled_from(TYPES),
        st.text()
        | st.text(st.characters(categories=["L", "M", "Zs"]), max_size=20)
        | st.from_regex(r"[A-Za-z]{0,2}[0-9 .\-]{7,16}[A-Z0-9]{0,3}", fullmatch=True)
        | st.sampled_from(["US", "ch", "GB "]).flatmap(lambda p: st.text().map(p.__add__)),
    )
    def test_any_text(self, type_: TypeIdentifiant, valeur: str) -> None:
        """
        Any text is refused, or has a canonical form that is its own canonical form.
        """
        try:
            canonique = normaliser(type_, valeur)
        except IdentifiantInvalide:
            return
        assert normaliser(type_, canonique) == canonique
