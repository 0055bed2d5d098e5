"""The tools of a frontend: graphql-eslint, Relay's compiler, GraphQL Code Generator, TypeScript."""

from pathlib import Path

from paquets import outil

FAUTES = """
import { duMois } from "./liste.js";
import type { FicheQuery, TraiterInput } from "./gen/graphql.js";

type Node = Extract<FicheQuery["node"], { __typename: "Sollicitation" }>;
export const champ = (s: Node) => s.brouillon;
export const statut: TraiterInput["statut"] = "CLOTUREE";
export const jour: Date = duMois.deposeeDu;
"""


def test_the_schema_is_clean(dossier: Path) -> None:
    """
    graphql-eslint finds nothing, by its recommended and its Relay rules.
    """
    dit = outil(dossier, "eslint", "schema.graphql")
    assert (dit.returncode, dit.stdout) == (0, "")


def test_a_schema_that_is_not_is_found(dossier: Path) -> None:
    """
    A node of a list that is no Node, and a type without a description, are found.
    """
    schema = dossier / "schema.graphql"
    texte = schema.read_text().replace("type Compte implements Node {", "type Compte {")
    schema.write_text(texte.replace('"""Coordonnées données par l\'émetteur."""\n', ""))
    dit = outil(dossier, "eslint", "schema.graphql")
    assert dit.returncode == 1
    for regle in ("relay-edge-types", "require-description"):
        assert f"@graphql-eslint/{regle}" in dit.stdout


def test_the_operations_of_a_frontend_have_types(compilee: Path) -> None:
    """
    What compiles is strict: a field not asked for, a wrong enum value and a wrong scalar do not.
    """
    (compilee / "app" / "fautes.ts").write_text(FAUTES)
    dit = outil(compilee, "tsc", "-p", ".", "--noEmit").stdout
    (compilee / "app" / "fautes.ts").unlink()
    fautes = [ligne for ligne in dit.splitlines() if "error TS" in ligne]
    assert [faute.startswith("app/fautes.ts") for faute in fautes] == [True] * 3, fautes
