"""The ready queries of the package: each is run on the demonstration, as its profile."""

import asyncio
import json
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import httpx
import pytest
from click.testing import CliRunner

from commandes import done
from graphql import (
    NonNullTypeNode,
    OperationDefinitionNode,
    VariableDefinitionNode,
    parse,
    validate,
)
from solli_graphql.app import create_app
from solli_graphql.cli import main
from solli_graphql.demo import comptes
from solli_graphql.graphql.schema import core, sdl
from solli_graphql.settings import Mode, Settings

DOSSIER = Path(__file__).parents[2] / "src" / "solli_graphql" / "graphql" / "operations"
EXEMPLE = (Path(__file__).parents[2] / "page" / "src" / "exemple.graphql").read_text(
    encoding="utf-8"
)
COMPTES = {
    "fournisseur": "emetteur@demo.example",
    "agent": "recepteur@demo.example",
    "support": "support@demo.example",
    "analyste": "analyste@demo.example",
    "partenaire": "emetteur@demo.example",
}


MEMBRES = {
    "ProvoquerUnConflit": "ConflitDeVersion",
    "PreparerUnFichier": "TeleversementPrepare",
    "ExporterUneRecherche": "ExportPrepare",
    "ExporterPourUnTableur": "ExportPrepare",
}


@dataclass(frozen=True)
class Prete:
    """A file of the package."""

    path: Path

    @property
    def profil(self) -> str:
        """Give whom it is for."""
        return self.path.parent.name

    @cached_property
    def texte(self) -> str:
        """Give the document."""
        return self.path.read_text(encoding="utf-8")

    @cached_property
    def operation(self) -> OperationDefinitionNode:
        """Give its only definition."""
        (definition,) = parse(self.texte).definitions
        assert isinstance(definition, OperationDefinitionNode)
        return definition

    @property
    def nom(self) -> str:
        """Give the operation's name."""
        assert self.operation.name
        return self.operation.name.value

    @property
    def exemple(self) -> dict[str, Any] | None:
        """Give where its variables come from."""
        found = re.search(r"^# exemple : (\w+) (.*)$", self.texte, re.MULTILINE)
        return {"espace": found[1], "filtre": json.loads(found[2])} if found else None

    @property
    def a_remplir(self) -> list[VariableDefinitionNode]:
        """List the variables without a default."""
        return [v for v in self.operation.variable_definitions or () if v.default_value is None]


PRETES = [Prete(path) for path in sorted(DOSSIER.glob("*/*.graphql"))]
pretes = pytest.mark.parametrize("prete", PRETES, ids=[f"{p.profil}/{p.path.stem}" for p in PRETES])


@dataclass
class Demonstration:
    """The demonstration, served in process, and its tokens."""

    http: httpx.AsyncClient
    jetons: dict[str, str]

    async def execute(self, profil: str, query: str, **variables: Any) -> Any:
        """Run a document as somebody of this profile, and give its data: there is no error."""
        r = await self.http.post(
            "/graphql",
            json={"query": query, "variables": variables},
            headers={"authorization": f"Bearer {self.jetons[COMPTES[profil]]}"},
        )
        body = r.json()
        assert "errors" not in body, body["errors"]
        return body["data"]

    async def variables(self, prete: Prete) -> dict[str, Any]:
        """Fill what has no default from a sollicitation that suits, by the names."""
        valeurs: dict[str, Any] = {"cleIdempotence": f"essai-des-pretes-{prete.path.stem}"}
        if prete.exemple:
            data = await self.execute(prete.profil, EXEMPLE, **prete.exemple)
            valeurs |= _valeurs(data["sollicitations"]["edges"])
        names = [v.variable.name.value for v in prete.a_remplir]
        return {n: valeurs[n] for n in names if valeurs.get(n) is not None}


def _valeurs(edges: list[dict[str, Any]]) -> dict[str, Any]:
    (edge,) = edges
    node = edge["node"]
    emettrice = node["structureEmettrice"]
    return {
        **node,
        "curseur": edge["curseur"],
        "structureEmettrice": emettrice["id"],
        "identifiantEmetteur": emettrice["identifiant"]["valeur"],
        "structureDestinataire": (node["structureDestinataire"] or {}).get("id"),
        "priseEnChargePar": (node["priseEnChargePar"] or {}).get("id"),
    }


@pytest.fixture(scope="module")
async def demonstration(
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[Demonstration]:
    """
    Serve a demonstration of the usual size.
    """
    url = f"sqlite:///{tmp_path_factory.mktemp('pretes') / 'demo.db'}"
    env = {"SOLLI_MODE": "demo", "SOLLI_DATABASE_URL": url}
    done(await asyncio.to_thread(CliRunner().invoke, main, ["demo"], env=env))
    done(await asyncio.to_thread(CliRunner().invoke, main, ["token", COMPTES["agent"]], env=env))
    app = create_app(Settings(mode=Mode.DEMO, database_url=url, _env_file=None))
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as http:
            accounts = (await http.get("/demo/comptes")).json()
            yield Demonstration(http, {c["courriel"]: c["jeton"] for c in accounts})


@pretes
class TestEach:
    def test_is_told_in_french(self, prete: Prete) -> None:
        """
        A ready query starts with its title, and is valid.
        """
        assert re.match(r"# [A-ZÀ-Ý].{8,70}[^.]\n", prete.texte)
        assert validate(core(), parse(prete.texte)) == []

    def test_can_be_filled(self, prete: Prete) -> None:
        """
        What a ready query cannot do without, its example gives.
        """
        needed = [v for v in prete.a_remplir if isinstance(v.type, NonNullTypeNode)]
        assert not needed or prete.exemple

    async def test_runs(self, prete: Prete, demonstration: Demonstration) -> None:
        """
        A ready query runs without an error for its profile, and does what its title says.
        """
        data = await demonstration.execute(
            prete.profil, prete.texte, **await demonstration.variables(prete)
        )
        (root,) = data.values() if prete.operation.operation.value == "mutation" else (None,)
        attendu = MEMBRES.get(prete.nom, "ActionPriseEnCompte")
        assert root is None or root["__typename"] == attendu, root
        assert None not in data.values()


class TestAll:
    def test_have_names_of_their_own(self) -> None:
        """
        Every operation has a name, of its own.
        """
        noms = [p.nom for p in PRETES]
        assert len(noms) == len(set(noms))
        assert {p.profil for p in PRETES} == set(COMPTES)

    def test_cover_the_schema(self) -> None:
        """
        Every query, action and criterion is in a ready query, but for the administration's.
        """
        texte = "\n".join(p.texte for p in PRETES)
        types = core().type_map
        racine = r"^  (\w+)[^{}]*?: .*@autorise\(roles: \[(?!ADMINISTRATEUR\])"
        names = [
            *re.findall(racine, sdl(), re.MULTILINE),
            *types["FiltreSollicitations"].fields,  # type: ignore[attr-defined]
            *types["StatutTraitement"].values,  # type: ignore[attr-defined]
        ]
        assert {"moi", "traiter", "synthese"} <= set(names)
        assert [n for n in names if not re.search(rf"\b{n}\b", texte)] == []

    async def test_an_idempotent_one_is_replayed(self, demonstration: Demonstration) -> None:
        """
        The one with an idempotency key, sent twice, deposits once.
        """
        (prete,) = [p for p in PRETES if p.nom == "DeposerUneSeuleFois"]
        variables = await demonstration.variables(prete) | {"cleIdempotence": "deux-fois-la-meme"}
        for rejoue in (False, True):
            data = await demonstration.execute(prete.profil, prete.texte, **variables)
            assert data["soumettreSollicitation"]["rejoue"] is rejoue


class TestComptes:
    async def test_have_tokens_that_work(self, demonstration: Demonstration) -> None:
        """
        Every account of the demonstration comes with a token that works, and nothing keeps it.
        """
        r = await demonstration.http.get("/demo/comptes")
        assert r.headers["cache-control"] == "no-store"
        assert [c["courriel"] for c in r.json()] == [c.courriel for c in comptes.COMPTES]
        for compte in r.json():
            headers = {"authorization": f"Bearer {compte['jeton']}"}
            moi = {"query": "{ moi { nom } }"}
            answer = await demonstration.http.post("/graphql", json=moi, headers=headers)
            assert answer.json()["data"]["moi"]["nom"] == compte["nom"]
