"""Arguments: unwelcome texts and numbers."""

import pytest

from client import Client, Compte
from documents import TRAITER
from fabrique import Make
from requetes import ask, send


class TestValues:
    @pytest.mark.parametrize(
        "root",
        [
            "node(id: $t) { id }",
            "nodes(ids: [$t]) { id }",
            "sollicitation(numero: $t) { id }",
            "structure(identifiant: $t) { id }",
            "structures(filtre: {texte: $t}) { totalCount }",
            "synthese(espace: SUPPORT, after: $t) { totalCount }",
        ]
        + [
            f"sollicitations(espace: SUPPORT, filtre: {{{c}: $t}}) {{ totalCount }}"
            for c in (
                *("numero", "categorie", "sousCategorie", "identifiantEmetteur"),
                *("serviceDestinataire", "numeroObjet", "texte", "priseEnChargePar"),
            )
        ],
    )
    async def test_texts_of_queries(self, client: Client, agent: Compte, root: str) -> None:
        """
        A NUL in a query's argument is BAD_USER_INPUT; any other text finds something or nothing.
        """
        type_ = "ID!" if "id" in root.split(":", maxsplit=1)[0] or "priseEn" in root else "String!"
        query = f"query($t: {type_}) {{ {root} }}"
        assert await ask(client, agent, query, t="abc\0def") == ["BAD_USER_INPUT"]
        for texte in ("😀é\u202e\u200b'\"%_\\", "x" * 50_000, "\u0001\r\n\t", "' OR 1=1 --"):
            codes = await ask(client, agent, query, t=texte)
            assert set(codes) <= {"BAD_USER_INPUT", "CRITERE_REQUIS"}

    @pytest.mark.parametrize("texte", ["a\0b", "\0", "a\x07b"])
    async def test_texts_of_mutations(self, client: Client, make: Make, texte: str) -> None:
        """
        A NUL in a mutation's text is the ChampInvalide of its field.
        """
        s = await make.affaire()
        entree = {"id": s.gid, "statut": "RESOLUE", "miseAJour": texte}
        reply = await client.execute(TRAITER, par=s.recepteur, input=entree)
        assert reply.codes == ["CHAMP_INVALIDE"]
        assert reply.data["traiter"]["champ"] == "miseAJour"

    @pytest.mark.parametrize("number", [2**31, -(2**31) - 1, 2**63, 10**30, 10**300, 1.5, -1, 101])
    async def test_numbers(self, client: Client, agent: Compte, number: float) -> None:
        """
        A number out of bounds is BAD_USER_INPUT, as a variable and as a literal.
        """
        root = "synthese(espace: SUPPORT, first: {}) {{ totalCount }}"
        variable = "query($n: Int) { " + root.format("$n") + " }"
        body = f'{{"query": "{variable}", "variables": {{"n": {number}}}}}'.encode()
        assert await send(client, agent, body) == ["BAD_USER_INPUT"]
        assert await ask(client, agent, f"{{ {root.format(number)} }}") == ["BAD_USER_INPUT"]

    async def test_a_huge_expected_version_is_a_conflict_or_malformed(
        self, client: Client, make: Make
    ) -> None:
        """
        An expected version that cannot be is a conflict; one over 32 bits is malformed.
        """
        s = await make.affaire()
        entree = {"id": s.gid, "statut": "RESOLUE", "miseAJour": "Oui."}
        for version, code in ((2**31 - 1, "CONFLIT_DE_VERSION"), (2**31, "BAD_USER_INPUT")):
            sent = {**entree, "versionAttendue": version}
            reply = await client.execute(TRAITER, par=s.recepteur, input=sent)
            assert reply.codes == [code]

    async def test_emoji_come_back_as_they_were(self, client: Client, make: Make) -> None:
        """
        A text outside the basic plane is stored and given back unchanged.
        """
        s = await make.affaire(description="Où ? 👩‍👩‍👧 𝒳 😀")
        query = "query($id: ID!) { node(id: $id) { ... on Sollicitation { description } } }"
        reply = await client.execute(query, par=s.recepteur, id=s.gid)
        assert reply.data["node"]["description"] == "Où ? 👩‍👩‍👧 𝒳 😀"

    async def test_many_wrong_ones(self, client: Client, agent: Compte) -> None:
        """
        Of thousands of wrong values only the first are told: each error shows the whole variable.
        """
        root = "sollicitations(espace: SUPPORT, filtre: {statut: $s}) { totalCount }"
        query = f"query($s: [StatutSollicitation!]!) {{ {root} }}"
        codes = await ask(client, agent, query, s=["FAUX"] * 5000)
        assert 1 <= len(codes) <= 6
        assert set(codes) == {"BAD_USER_INPUT"}
