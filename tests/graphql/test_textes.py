"""What a geste's text may be, and what is kept of it."""

import pytest

from fabrique import VIDES, Make, permise, refus
from histoires import GESTES
from solli_graphql.domain.workflow import Action, StatutTraitement

CONTROLES = ["\x00", "\x07", "\x1b", "\x7f", "\x85", "\r"]
CHAMPS: dict[str, str] = {
    **dict.fromkeys(StatutTraitement, "miseAJour"),
    Action.REPONDRE_COMPLEMENT: "reponse",
    Action.ROUVRIR: "commentaire",
    Action.CLOTURER: "commentaire",
}
OBLIGATOIRES = [g for g in GESTES if g is not Action.CLOTURER]


class TestTexts:
    @pytest.mark.parametrize("geste", OBLIGATOIRES)
    async def test_a_blank_one_is_refused(self, make: Make, geste: str) -> None:
        """
        A text that shows nothing counts as empty, for every geste whose text is mandatory.
        """
        a, par = await permise(make, geste)
        avant = await make.photo(a)

        for vide in [*VIDES, "".join(VIDES)]:
            membre = await make.tenter(a, geste, par, vide)
            assert refus(membre) == ("CHAMP_INVALIDE", CHAMPS[geste], ["OBLIGATOIRE"]), repr(vide)

        assert await make.photo(a) == avant

    @pytest.mark.parametrize("vide", [*VIDES, None], ids=ascii)
    async def test_a_closing_needs_none(self, make: Make, vide: str | None) -> None:
        """
        Closing without a text, or with one that shows nothing, leaves no comment.
        """
        a, par = await permise(make, Action.CLOTURER)

        await make.tenter(a, Action.CLOTURER, par, commentaire=vide)

        fiche = await make.lire(a, par)
        assert (fiche["statut"], fiche["historique"][0]["commentaire"]) == ("CLOTUREE", None)

    @pytest.mark.parametrize("geste", GESTES)
    async def test_their_length(self, make: Make, geste: str) -> None:
        """
        A text has at most 10,000 characters, however its accents were typed.
        """
        a, par = await permise(make, geste)

        trop = await make.tenter(a, geste, par, "é" * 10_001)
        juste = await make.tenter(a, geste, par, "e\u0301" * 10_000)

        assert refus(trop) == ("CHAMP_INVALIDE", CHAMPS[geste], ["TROP_LONG"])
        assert juste["__typename"] == "ActionPriseEnCompte"

    @pytest.mark.parametrize("geste", GESTES)
    async def test_control_characters(self, make: Make, geste: str) -> None:
        """
        A control character other than a newline or a tab is refused.
        """
        a, par = await permise(make, geste)

        for c in CONTROLES:
            membre = await make.tenter(a, geste, par, f"un{c}deux")
            assert refus(membre) == ("CHAMP_INVALIDE", CHAMPS[geste], ["FORMAT"]), ascii(c)

    @pytest.mark.parametrize("geste", GESTES)
    async def test_newlines(self, make: Make, geste: str) -> None:
        """
        CRLF becomes LF; tabs and formatting characters are kept, surrounding space is not.
        """
        a, _ = await permise(make, geste)

        await make.geste(a, geste, " un\r\ndeux\tet \u202etrois\u202c \n")

        fiche = await make.lire(a, a.recepteur)
        attendu = "un\ndeux\tet \u202etrois\u202c"
        assert fiche["historique"][0]["commentaire"] == attendu
        assert fiche["brouillon"] == (attendu if geste == "EN_COURS" else None)
        publics = (Action.REPONDRE_COMPLEMENT, Action.ROUVRIR)
        textes = [c["texte"] for c in fiche["commentairesEmetteur"]]
        assert textes == ([attendu] if geste in publics else [])

    @pytest.mark.parametrize("geste", GESTES)
    async def test_who_may_not_is_told_first(self, make: Make, geste: str) -> None:
        """
        A blank text from somebody without the role tells them of the role alone.
        """
        a, par = await permise(make, geste)
        autre = a.recepteur if par == a.emetteur else a.emetteur

        assert (await make.tenter(a, geste, autre, ""))["code"] == "ACCES_REFUSE"
