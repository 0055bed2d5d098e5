"""What holds of the code and of the documentation as a whole."""

import ast
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic_core import PydanticUndefined

from graphql import (
    GraphQLNamedType,
    is_enum_type,
    is_input_object_type,
    is_interface_type,
    is_object_type,
    is_scalar_type,
    is_specified_scalar_type,
)
from solli_graphql.domain import errors
from solli_graphql.graphql.schema import core
from solli_graphql.settings import Settings

RACINE = Path(__file__).parent.parent
SOURCE = RACINE / "src" / "solli_graphql"
# A migration is a record of what was done, generated and never edited.
FICHIERS = [p for p in sorted(SOURCE.rglob("*.py")) if "versions" not in p.parts]
FICHIER_MAXIMUM, FONCTION_MAXIMUM = 350, 60
PAGE = sorted((RACINE / "page" / "src").iterdir())
NOMS = [str(p.relative_to(SOURCE)) for p in FICHIERS]
CODES_DE_CHAMP = ("OBLIGATOIRE", "TROP_LONG", "FORMAT", "INCONNU", "INTERDIT")


def test_imports_go_downwards_only() -> None:
    """
    The import contracts of pyproject.toml hold.
    """
    # The command's own process: the linter changes sys.path and the logging.
    code = "from importlinter.cli import lint_imports; import sys; sys.exit(lint_imports())"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=RACINE, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("path", [*FICHIERS, *PAGE], ids=[*NOMS, *(p.name for p in PAGE)])
def test_files_are_short(path: Path) -> None:
    """
    No file of the source is longer than 350 lines.
    """
    assert len(path.read_text(encoding="utf-8").splitlines()) <= FICHIER_MAXIMUM


@pytest.mark.parametrize("path", FICHIERS, ids=NOMS)
def test_functions_are_short(path: Path) -> None:
    """
    No function of the source is longer than 60 lines.
    """
    long = [
        f"{node.name}: {length}"
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (length := (node.end_lineno or 0) - node.lineno + 1) > FONCTION_MAXIMUM
    ]
    assert long == []


def rows(path: Path) -> Iterator[list[str]]:
    """Give the cells of every table row of a document."""
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("| `"):
            yield [cell.strip() for cell in line.strip().strip("|").split(" | ")]


def code(cell: str) -> str:
    """Give what a cell quotes first."""
    found = re.search(r"`([^`]*)`", cell)
    return found[1] if found else cell


def default(field: Any) -> str:
    """Write a default as the documentation has it."""
    value = field.get_default(call_default_factory=True)
    return "" if value is None or value is PydanticUndefined else str(value)


def test_no_registry_is_named() -> None:
    """
    The page's packages are pinned by their hashes, and come from whatever registry npm is set to.
    """
    lock = json.loads((RACINE / "page" / "package-lock.json").read_text(encoding="utf-8"))
    packages = [p for name, p in lock["packages"].items() if name]
    assert packages
    assert [p for p in packages if "resolved" in p or "integrity" not in p] == []
    wanted = json.loads((RACINE / "page" / "package.json").read_text(encoding="utf-8"))
    versions = [*wanted["dependencies"].values(), *wanted["devDependencies"].values()]
    assert [v for v in versions if not re.fullmatch(r"[\d.]+", v)] == []


class TestDocumentation:
    def test_of_settings(self) -> None:
        """
        Every setting is documented with its default, and every documented one exists.
        """
        documented = {
            code(name): (code(value) if "`" in value else "")
            for name, value, *_ in rows(RACINE / "docs" / "settings.md")
            if code(name).startswith("SOLLI_")
        }
        real = {f"SOLLI_{n.upper()}": default(f) for n, f in Settings.model_fields.items()}
        assert documented == real

    def test_of_settings_names_no_other(self) -> None:
        """
        No document names a setting that does not exist.
        """
        real = {f"SOLLI_{n.upper()}" for n in Settings.model_fields}
        for path in [*(RACINE / "docs").rglob("*.md"), RACINE / "README.md"]:
            named = set(re.findall(r"\bSOLLI_[A-Z0-9_]*[A-Z0-9]", path.read_text(encoding="utf-8")))
            assert named - real - {"SOLLI_TEST_POSTGRES_URL"} == set(), path.name

    @pytest.mark.parametrize("page", ["errors.md", "guide/erreurs.md"])
    def test_of_errors(self, page: str) -> None:
        """
        Every code of a refusal, and of a field's error, is documented, in the guide too.
        """
        text = (RACINE / "docs" / page).read_text(encoding="utf-8")
        documented = set(re.findall(r"`([A-Z][A-Z_]+)`", text))
        real = {e.code for e in refusals(errors.SolliError)} | {"ERREUR_INTERNE"}
        assert real | set(CODES_DE_CHAMP) <= documented

    def test_of_field_codes(self) -> None:
        """
        The source uses no other code of a field's error than those of the contract.
        """
        used = set()
        for path in FICHIERS:
            text = path.read_text(encoding="utf-8")
            used |= set(re.findall(r'refuser\(\s*[\w"]+,\s*"([A-Z_]+)"', text))
            used |= set(re.findall(r'ErreurDeChamp\(\s*[\w"]+,\s*"([A-Z_]+)"', text))
        assert used
        assert used <= set(CODES_DE_CHAMP)

    def test_errors_have_a_code_each(self) -> None:
        """
        No two refusals have the same code.
        """
        codes = [e.code for e in refusals(errors.SolliError) if e.__module__ == errors.__name__]
        assert len(codes) == len(set(codes))


def refusals(error: type[errors.SolliError]) -> list[type[errors.SolliError]]:
    """List a refusal's kinds."""
    below = error.__subclasses__()
    return below + [e for b in below for e in refusals(b)]


def described(type_: GraphQLNamedType) -> Iterator[tuple[str, str | None]]:
    """Give a type and all that is in it, each with its description."""
    yield type_.name, type_.description
    if is_enum_type(type_):
        for name, value in type_.values.items():
            yield f"{type_.name}.{name}", value.description
    elif is_object_type(type_) or is_interface_type(type_) or is_input_object_type(type_):
        for name, field in type_.fields.items():
            yield f"{type_.name}.{name}", field.description
            for argument, arg in getattr(field, "args", {}).items():
                yield f"{type_.name}.{name}.{argument}", arg.description


TYPES = [
    t
    for n, t in core().type_map.items()
    if not n.startswith("__") and not is_specified_scalar_type(t)
]


class TestSchema:
    def test_everything_is_described(self) -> None:
        """
        Every type, field, argument and enum value has a description, a sentence.
        """
        bare = [n for t in TYPES for n, text in described(t) if not (text or "").strip()]
        assert bare == []

    def test_descriptions_are_sentences_in_french(self) -> None:
        """
        A description ends as a sentence does, and holds no English word of grammar.
        """
        english = re.compile(r"\b(the|of|is|an|by|which|when)\b")
        wrong = [
            name
            for t in TYPES
            for name, text in described(t)
            if text and (text.strip()[-1] not in ".?" or english.search(text))
        ]
        assert wrong == []

    def test_scalars_say_where_they_are_specified(self) -> None:
        """
        Each scalar of ours carries its specification.
        """
        ours = [t for t in TYPES if is_scalar_type(t)]
        assert {t.name for t in ours} >= {"Date", "DateTime"}
        assert [t.name for t in ours if not t.specified_by_url] == []
