"""`solli documents`, and the lists that a start refuses."""

import json
from pathlib import Path
from typing import Any

import pytest

from commandes import Solli, done, refused
from graphql import get_introspection_query
from solli_graphql.graphql.known import operations
from solli_graphql.graphql.listed import identifier

MOI = "{ moi { id } }"
HASH = identifier(MOI)
MANIFESTE = {
    "format": "apollo-persisted-query-manifest",
    "version": 1,
    "operations": [{"id": HASH, "name": "", "type": "query", "body": MOI}],
}
FAUX: dict[str, tuple[str, str]] = {
    "json": ("{", "JSON"),
    "not an object": ("[]", "objet JSON"),
    "empty": ("{}", "objet JSON"),
    "twice": (f'{{"a": "{MOI}", "a": "{MOI}"}}', "« a » y est deux fois"),
    "no text": ('{"a": 1}', "« a »"),
    "a list": ('{"a": ["{ moi { id } }"]}', "« a »"),
    "no id": (f'{{" ": "{MOI}"}}', "texte d'un document"),
    "hash of another": (json.dumps({HASH: "{ moi { nom } }"}), "empreinte"),
    "no hash": (json.dumps({"sha256:abc": MOI}), "empreinte"),
    "syntax": ('{"a": "{ moi { id }"}', "« a » ne suit pas le schéma"),
    "schema": ('{"a": "{ moi { age } }"}', "« a » ne suit pas le schéma"),
    "fragment": ('{"a": "fragment f on Query { moi { id } }"}', "« a »"),
    "limits": (json.dumps({"a": f"{{ {'moi { id } ' * 400}}}"}), "« a » :"),
    "apollo's version": (json.dumps({**MANIFESTE, "version": 2}), "Apollo"),
    "apollo's id": (json.dumps({**MANIFESTE, "operations": [{"body": MOI}]}), "identifiant"),
    "apollo twice": (json.dumps({**MANIFESTE, "operations": MANIFESTE["operations"] * 2}), "fois"),  # type: ignore[operator]
    "apollo without body": (json.dumps({**MANIFESTE, "operations": [{"id": "a"}]}), "« a »"),
}


def ecrite(dossier: Path, contenu: Any) -> Path:
    """Write a list."""
    path = dossier / "liste.json"
    path.write_text(contenu if isinstance(contenu, str) else json.dumps(contenu))
    return path


class TestVerifier:
    @pytest.mark.parametrize("liste", [{"a": MOI, HASH: MOI}, MANIFESTE], ids=["plain", "apollo"])
    async def test_a_good_list(self, solli: Solli, tmp_path: Path, liste: Any) -> None:
        """
        A plain object, and Apollo's manifest, are lists.
        """
        said = done(await solli("documents", "verifier", ecrite(tmp_path, liste))).stderr
        assert "documents." in said

    @pytest.mark.parametrize(("contenu", "dit"), FAUX.values(), ids=FAUX)
    async def test_a_wrong_list(self, solli: Solli, tmp_path: Path, contenu: str, dit: str) -> None:
        """
        A list with anything wrong is refused by a sentence that names what.
        """
        path = ecrite(tmp_path, contenu)
        r = await solli("documents", "verifier", path)
        assert r.exit_code == 1
        assert f"La liste de documents {path} ne peut pas servir" in r.stderr
        assert dit in r.stderr

    async def test_an_introspection_where_nothing_else_is_served(
        self, solli: Solli, tmp_path: Path
    ) -> None:
        """
        A listed introspection is refused where only the list is served, however it is written.
        """
        texts = (
            get_introspection_query(),
            "{ ...f } fragment f on Query { ... { a: __schema { __typename } } }",
        )
        for text in texts:
            path = ecrite(tmp_path, {"schema": text})
            done(await solli("documents", "verifier", path))
            seuls = {"SOLLI_DOCUMENTS": str(path), "SOLLI_DOCUMENTS_SEULS": "true"}
            assert "« schema »" in refused(await solli("documents", "verifier", path, **seuls))


class TestLister:
    async def test_makes_a_list(self, solli: Solli, tmp_path: Path) -> None:
        """
        The list of some files gives each text its hash, and is a good one.
        """
        files = []
        for name, text in operations().items():
            files.append(tmp_path / f"{name}.graphql")
            files[-1].write_text(text, encoding="utf-8")
        printed = done(await solli("documents", "lister", *files)).stdout
        assert json.loads(printed) == {identifier(t): t for t in operations().values()}
        done(await solli("documents", "verifier", ecrite(tmp_path, printed)))

    async def test_refuses_a_wrong_file(self, solli: Solli, tmp_path: Path) -> None:
        """
        A file that does not follow the schema is named.
        """
        path = tmp_path / "faux.graphql"
        path.write_text("{ moi { age } }")
        r = await solli("documents", "lister", path)
        assert r.exit_code == 1
        assert str(path) in r.stderr


class TestServe:
    async def test_a_wrong_list_stops_the_start(
        self, solli: Solli, migre: str, tmp_path: Path
    ) -> None:
        """
        A server does not start with a wrong list.
        """
        path = ecrite(tmp_path, {HASH: "{ moi { nom } }"})
        said = refused(await solli("serve", url=migre, SOLLI_DOCUMENTS=str(path)))
        assert HASH in said

    @pytest.mark.parametrize(
        ("name", "env"),
        [
            ("DOCUMENTS", {"DOCUMENTS": "/absente.json"}),
            ("DOCUMENTS_SEULS", {"DOCUMENTS_SEULS": "true"}),
            ("DOCUMENTS_SEULS", {"DOCUMENTS_SEULS": "true", "GRAPHIQL": "true", "DOCUMENTS": ""}),
            ("APQ", {"DOCUMENTS_SEULS": "true", "APQ": "true", "DOCUMENTS": ""}),
        ],
    )
    async def test_settings_that_cannot_be(
        self, solli: Solli, tmp_path: Path, name: str, env: dict[str, str]
    ) -> None:
        """
        A list that is absent, none where only it is served, a page or APQ beside it are refused.
        """
        path = ecrite(tmp_path, {"a": MOI})
        if env.get("DOCUMENTS") == "":
            env = {**env, "DOCUMENTS": str(path)}
        said = refused(await solli("verify", **{f"SOLLI_{n}": v for n, v in env.items()}))
        assert f"SOLLI_{name}." in said
