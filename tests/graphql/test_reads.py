"""The read plan as its documentation shows it, and the known operations."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.dialects.postgresql.asyncpg import PGDialect_asyncpg
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite

from solli_graphql.db import queries
from solli_graphql.db.database import Statement
from solli_graphql.db.plan.reader import Reader
from solli_graphql.db.plan.sources import Selected
from solli_graphql.domain.acteur import Acteur, Habilitation, Role
from solli_graphql.graphql import documents as gardes
from solli_graphql.graphql import known
from solli_graphql.graphql.documents import Document, Documents
from solli_graphql.graphql.executor import Executor, Request
from solli_graphql.graphql.limits import Limits
from solli_graphql.graphql.schema import core, readable, schema
from solli_graphql.services.liens import Liens

DOC = (Path(__file__).parent.parent.parent / "docs" / "reads.md").read_text(encoding="utf-8")
NUMERO, EMETTEUR = "S-2026-00000356", Acteur(7, "", "", (Habilitation(Role.EMETTEUR, 12),))


class Base:
    """An empty database that keeps what it was asked."""

    def __init__(self, dialect: Any) -> None:
        self.dialect, self.asked = dialect, list[str]()

    async def fetch(self, statement: Statement[Any], values: Mapping[str, Any]) -> list[Any]:
        text = statement.on(self.dialect)
        text.bind(values)
        self.asked.append(text.sql)
        return []


def bloc(langue: str, rang: int = 0) -> str:
    """Give a block of the documentation."""
    found: list[str] = re.findall(rf"```{langue}\n(.*?)```", DOC, re.DOTALL)
    return found[rang].strip()


def mots(texte: str) -> list[str]:
    return re.sub(r"([(),])", r" \1 ", texte).split()


def executor(base: Base, documents: Documents | None = None) -> Executor:
    reader = Reader(base, readable(), secret=b"", links=Liens(b"").pour)
    limites = Limits()
    return Executor(reader, None, limits=limites, open_introspection=False, documents=documents)


def arbre(s: Selected, marge: str = "") -> Iterator[str]:
    """Draw a selection tree."""
    yield f"{marge}{s.name}"
    for type_, selection in s.on.items():
        noms = (x.name if x.key == x.name else f"{x.key} ({x.name})" for x in selection)
        yield f"{marge}  on {type_}: {', '.join(noms)}"
        for below in selection:
            if below.on:
                yield from arbre(below, marge + "    ")


async def test_the_documentation_shows_what_happens() -> None:
    """
    The tree, the Read, the SQL and the source of docs/reads.md are those of its document.
    """
    base = Base(PGDialect_asyncpg())  # type: ignore[no-untyped-call]
    produit, texte = executor(base), bloc("graphql")

    await produit.execute(EMETTEUR, Request(texte, {"numero": NUMERO}))

    (racine,) = (await produit._document(texte)).operations[0].roots({})
    (prepare,) = racine.prepared.values()
    (compile_,) = prepare.compiled.values()
    read = queries.sollicitation(EMETTEUR, NUMERO)
    montre = ", ".join(
        f"{nom}={'Rights(...)' if nom == 'rights' else repr(valeur)}"
        for nom, valeur in read._asdict().items()
    )
    assert "\n".join(arbre(racine.selected)) == bloc("text")
    assert f"Read({montre})".replace("'", '"') == bloc("text", 1)
    assert [mots(sql) for sql in base.asked] == [mots(bloc("sql"))]
    assert compile_.build.__doc__ == bloc("text", 2)


class TestKnown:
    @pytest.mark.parametrize("nom", known.operations())
    def test_documents_are_named_after_their_operation(self, nom: str) -> None:
        """
        Each file is one operation, valid and within the limits, of the file's name.
        """
        texte = known.operations()[nom]
        (operation,) = Document(schema, core(), Limits(), texte).operations
        assert operation.node.name is not None
        assert operation.node.name.value == nom

    @pytest.mark.parametrize("dialect", [PGDialect_asyncpg, SQLiteDialect_pysqlite])
    async def test_are_compiled_without_reading(self, dialect: Any) -> None:
        """
        Preparing reads nothing; then a caller's first request compiles nothing.
        """
        base = Base(dialect())
        produit = executor(base)
        await known.prepare(produit, {})
        assert base.asked == []
        texte = known.operations()["Sollicitation"]
        (racine,) = (await produit._document(texte)).operations[0].roots({})
        (prepare,) = racine.prepared.values()
        avant = dict(prepare.compiled)

        await produit.execute(EMETTEUR, Request(texte, {"numero": NUMERO}))

        assert len(base.asked) == 1
        assert prepare.compiled == avant


LISTE = """
query Une($id: ID!, $e: Espace!, $f: FiltreSollicitations!, $avec: Boolean!) {
  node(id: $id) { ... on Sollicitation { numero } }
  sollicitations(espace: $e, filtre: $f) { nodes { id description @include(if: $avec) } }
}
query Autre { moi { nom } }
"""


class TestListed:
    @pytest.mark.parametrize("dialect", [PGDialect_asyncpg, SQLiteDialect_pysqlite])
    async def test_are_compiled_without_reading(self, dialect: Any) -> None:
        """
        Every operation of a listed document is prepared, whatever variables it must have.
        """
        document, base = Document(schema, core(), Limits(), LISTE), Base(dialect())
        produit = executor(base, Documents({LISTE: document}))
        await known.prepare(produit, {LISTE: document})
        assert base.asked == []
        une, autre = document.operations
        (node, _), (moi,) = une.roots({"avec": False}), autre.roots({})
        assert [bool(p.compiled) for r in (node, moi) for p in r.prepared.values()] == [True] * 2

    async def test_stay_when_others_come(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """
        However many other documents come, those of the list are never forgotten.
        """
        monkeypatch.setattr(gardes, "DOCUMENTS", 2)
        texte = "{ moi { nom } }"
        garde = Documents({texte: Document(schema, core(), Limits(), texte)})
        produit = executor(Base(PGDialect_asyncpg()), garde)  # type: ignore[no-untyped-call]
        autres = [f"{{ moi {{ a{n}: nom }} }}" for n in range(4)]

        for autre in autres:
            await produit.execute(EMETTEUR, Request(autre, {}))

        assert list(garde) == [texte, *autres[-2:]]
