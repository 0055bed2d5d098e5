"""The tools of a frontend: graphql-eslint, Relay's compiler, GraphQL Code Generator, TypeScript."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

Outil = Callable[..., "subprocess.CompletedProcess[str]"]
FAUTES = """
import { duMois } from "./liste.js";
import type { FicheQuery, TraiterInput } from "./gen/graphql.js";

type Node = Extract<FicheQuery["node"], { __typename: "Sollicitation" }>;
export const champ = (s: Node) => s.brouillon;
export const statut: TraiterInput["statut"] = "CLOTUREE";
export const jour: Date = duMois.deposeeDu;
"""


@pytest.fixture
def outil(dossier: Path) -> Outil:
    """
    Run a tool of npm in that folder.
    """

    def lancer(nom: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
        commande = [str(dossier / "node_modules" / ".bin" / nom), *arguments]
        return subprocess.run(
            commande, cwd=dossier, check=False, capture_output=True, text=True, timeout=120
        )

    return lancer


def test_the_schema_is_clean(outil: Outil) -> None:
    """
    graphql-eslint finds nothing, by its recommended and its Relay rules.
    """
    dit = outil("eslint", "schema.graphql")
    assert (dit.returncode, dit.stdout) == (0, "")


def test_a_schema_that_is_not_is_found(outil: Outil, dossier: Path) -> None:
    """
    A node of a list that is no Node, and a type without a description, are found.
    """
    schema = dossier / "schema.graphql"
    texte = schema.read_text().replace("type Compte implements Node {", "type Compte {")
    schema.write_text(texte.replace('"""Coordonnées données par l\'émetteur."""\n', ""))
    dit = outil("eslint", "schema.graphql")
    assert dit.returncode == 1
    for regle in ("relay-edge-types", "require-description"):
        assert f"@graphql-eslint/{regle}" in dit.stdout


def test_the_operations_of_a_frontend_have_types(outil: Outil, dossier: Path) -> None:
    """
    Lists, a detail, mutations and an upload compile; tsc --strict takes them, but no fault.
    """
    for commande in (
        ("relay-compiler", "relay.config.json"),
        ("graphql-codegen", "--config", "codegen.mjs"),
        ("tsc", "-p", "."),
    ):
        dit = outil(*commande)
        assert dit.returncode == 0, dit.stdout + dit.stderr
    (dossier / "app" / "fautes.ts").write_text(FAUTES)
    fautes = [n for n in outil("tsc", "-p", ".").stdout.splitlines() if "error TS" in n]
    assert [faute.startswith("app/fautes.ts") for faute in fautes] == [True] * 3, fautes
