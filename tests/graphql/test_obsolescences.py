"""What an answer says of the deprecated parts that an operation uses."""

from collections.abc import Iterator
from typing import Any

import pytest

from client import Client, Compte
from fabrique import Make
from graphql import build_schema, parse
from solli_graphql.domain.acteur import Role
from solli_graphql.graphql.obsolescences import Obsolescences
from solli_graphql.graphql.schema import core

SCHEMA = build_schema("""
type Query { vieux(ancien: Int @deprecated(reason: "Rien."), f: Filtre): Chose
  @deprecated(reason: "Prenez neuf.")  neuf(fs: [Filtre!], c: Couleur): Chose }
type Chose { nom: String  surnom: String @deprecated(reason: "Prenez nom.")  autre: Chose }
input Filtre { a: Int  b: Int @deprecated(reason: "Prenez a.")  f: Filtre  c: Couleur }
enum Couleur { ROUGE  ROSE @deprecated(reason: "Prenez ROUGE.") }
""")


def dites(texte: str, **variables: Any) -> list[str]:
    """
    List the names of what the first operation of a document uses.
    """
    operation, *others = parse(texte).definitions
    fragments = {f.name.value: f for f in others}  # type: ignore[attr-defined]
    obsolescences = Obsolescences(SCHEMA, operation, fragments)  # type: ignore[arg-type]
    return sorted(o["element"] for o in obsolescences(variables))


class TestObsolescences:
    @pytest.mark.parametrize(
        ("texte", "attendu"),
        [
            ("{ neuf { nom } }", []),
            ("{ vieux { nom } }", ["Query.vieux"]),
            ("{ neuf { autre { surnom } } }", ["Chose.surnom"]),
            ("{ vieux(ancien: 1) { nom } }", ["Query.vieux", "Query.vieux(ancien:)"]),
            ("{ neuf(fs: [{ f: { b: 1 } }]) { nom } }", ["Filtre.b"]),
            ("{ neuf(c: ROSE) { nom } }", ["Couleur.ROSE"]),
            ("{ neuf(fs: { c: ROSE }) { nom @skip(if: false) } }", ["Couleur.ROSE"]),
            ("{ neuf { ...A } } fragment A on Chose { ...B } fragment B on Chose { surnom }",
             ["Chose.surnom"]),
            ("{ neuf { nom } } fragment B on Chose { surnom }", []),
        ],
    )  # fmt: skip
    def test_in_the_document(self, texte: str, attendu: list[str]) -> None:
        """
        Fields, arguments, input fields and values are found, in what the operation reaches.
        """
        assert dites(texte) == attendu

    @pytest.mark.parametrize(
        ("type_", "valeur", "attendu"),
        [
            ("[Filtre!]", [{"a": 1}], []),
            ("[Filtre!]", [{"a": 1}, {"f": {"b": None}}], ["Filtre.b"]),
            ("[Filtre!]", {"c": "ROSE"}, ["Couleur.ROSE"]),
            ("[Filtre!]", None, []),
        ],
    )
    def test_in_the_variables(self, type_: str, valeur: Any, attendu: list[str]) -> None:
        """
        Most inputs come by variables: what they use is found there.
        """
        texte = f"query($v: {type_}) {{ neuf(fs: $v) {{ nom }} }}"
        assert dites(texte, v=valeur) == attendu


@pytest.fixture
def obsolete() -> Iterator[str]:
    """
    Deprecate a field of the schema, for as long as a test lasts.
    """
    field = core().type_map["Utilisateur"].fields["prenom"]  # type: ignore[attr-defined]
    field.deprecation_reason = "Prenez nom."
    yield "Utilisateur.prenom"
    field.deprecation_reason = None


class TestAnswers:
    async def test_tell_what_is_deprecated(self, client: Client, make: Make, obsolete: str) -> None:
        """
        An answer tells the name of what is deprecated, and what to use instead; others say nothing.
        """
        moi: Compte = await make.role(Role.SUPPORT)
        headers = {"authorization": f"Bearer {client.jeton(moi.courriel)}"}
        seen = []
        for texte in ("{ moi { prenom nom } } # obsolescence", "{ moi { nom } } # obsolescence"):
            r = await client.http.post("/graphql", json={"query": texte}, headers=headers)
            seen.append(r.json()["extensions"].get("obsolescences"))
        assert seen == [[{"element": obsolete, "raison": "Prenez nom."}], None]
