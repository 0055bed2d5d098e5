"""The clients of others: urql, Apollo Client, graphql-request and Python's gql."""

import asyncio
import json
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

from blocs import blocs, ecrire
from client import Compte
from conftest import servir
from fabrique import Make
from paquets import ICI, relier
from prises import Server, listening
from solli_graphql.db.migrate import migrate
from solli_graphql.domain.acteur import Role
from solli_graphql.graphql.listed import identifier
from solli_graphql.settings import Mode, Settings

SOURCE = ICI / "clients"
BLOCS = blocs("clients.md")
JAVASCRIPT = ["urql", "apollo", "request"]


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """
    A database of SQLite: a client cannot tell the engines apart.
    """
    url = f"sqlite:///{tmp_path_factory.mktemp('clients') / 'clients.db'}"
    asyncio.run(migrate(url))
    return Settings(mode=Mode.DEMO, database_url=url, _env_file=None)


@pytest.fixture(scope="module")
async def make(settings: Settings) -> AsyncIterator[Make]:
    async with servir(settings) as client:
        yield Make(client)


@pytest.fixture(scope="module")
def server(settings: Settings, make: Make) -> Iterator[Server]:
    """
    A real server, on that database.
    """
    assert make
    with listening(settings) as made:
        yield made


@pytest.fixture(scope="module")
def dossier(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """
    The documentation's own code, with a session of the tests.
    """
    dossier = tmp_path_factory.mktemp("code")
    ecrire("clients.md", dossier)
    shutil.copy(ICI.parent / "schema.graphql", dossier)
    for fichier in SOURCE.glob("*.*js"):
        shutil.copy(fichier, dossier)
    return dossier


def commande(nom: str, dossier: Path) -> list[str]:
    """Tell how a client runs."""
    if nom == "gql":
        return [sys.executable, str(SOURCE / "scenario.py"), str(dossier)]
    relier(dossier, "clients", "no clients in JavaScript")
    subprocess.run(["node", "possible-types.mjs"], cwd=dossier, check=True, timeout=60)
    return ["node", str(dossier / "scenario.mjs"), nom]


@pytest.mark.parametrize("nom", [*JAVASCRIPT, "gql"])
async def test_a_client_understands_every_answer(
    nom: str, dossier: Path, server: Server, make: Make
) -> None:
    """
    A client set up as documented gets data, members of unions, codes of errors and of a 401.
    """
    s = await make.affaire()
    url = f"http://127.0.0.1:{server.port}/graphql"
    ordre = [*commande(nom, dossier), url, make.client.jeton(s.recepteur.courriel), s.gid]
    fait = await asyncio.to_thread(subprocess.run, ordre, capture_output=True, timeout=60)
    assert fait.returncode == 0, fait.stderr.decode()
    dit: dict[str, Any] = json.loads(fait.stdout)

    lectures = ["requete"] if nom == "gql" else ["requete", "get"]
    assert {question: reponse["codes"] for question, reponse in dit.items()} == {
        **{question: [] for question in (*lectures, "action", "refus")},
        "erreur": ["CRITERE_REQUIS"],
        "invalide": ["BAD_USER_INPUT"],
        "anonyme": ["NON_AUTHENTIFIE"],
    }
    for lecture in lectures:
        synthese = dit[lecture]["data"]["synthese"]
        assert synthese["totalCount"] == 1
        (lue,) = synthese["nodes"]
        assert (lue["id"], lue["numero"], lue["version"]) == (s.gid, s.numero, 1)
    action, refus = (dit[question]["data"]["traiter"] for question in ("action", "refus"))
    assert action["sollicitation"]["statut"] == "REPONSE_APPORTEE"
    assert (refus["__typename"], refus["code"]) == ("ConflitDeVersion", "CONFLIT_DE_VERSION")
    assert refus["message"]
    assert refus["versionActuelle"] == 2


def test_every_documented_client_is_tried() -> None:
    """
    The documentation shows nothing that neither those tests nor tests/frontend run.
    """
    clients = {*(f"{nom}.mjs" for nom in JAVASCRIPT), "gql_client.py", "session.mjs"}
    assert BLOCS.keys() == clients | {
        *("possible-types.mjs", "codegen.mjs", "relay.config.json", "relay.mjs"),
        "eslint.config.mjs",
    }


async def demander(
    nom: str, dossier: Path, make: Make, settings: Settings, par: Compte
) -> tuple[list[Any], list[Any]]:
    """Have a client ask twice of a server; give what it sent, and what it received."""
    ecrire("documents.md", dossier)
    node, *_ = commande(nom, dossier)
    with listening(settings) as server:
        url = f"http://127.0.0.1:{server.port}/graphql"
        ordre = [node, str(dossier / "apq.mjs"), nom, url, make.client.jeton(par.courriel)]
        fait = await asyncio.to_thread(subprocess.run, ordre, capture_output=True, timeout=60)
    assert fait.returncode == 0, fait.stderr.decode()
    dit = json.loads(fait.stdout)
    return dit["envoyees"], dit["recues"]


@pytest.mark.parametrize("nom", ["apollo", "urql"])
async def test_a_client_sends_its_document_once(
    nom: str, dossier: Path, make: Make, settings: Settings, tmp_path: Path
) -> None:
    """
    A client set up as documented sends its document once; of a list, never; without both, always.
    """
    par = await make.role(Role.SUPPORT)

    async def envoyees(**reglages: Any) -> list[Any]:
        ailleurs = settings.model_copy(update=reglages)
        envoyees, recues = await demander(nom, dossier, make, ailleurs, par)
        assert [r["moi"]["nom"] for r in recues] == [par.nom] * 2
        return envoyees

    inconnu, envoi, connu = await envoyees(apq=True)
    texte, hash_ = envoi["query"], envoi["hash"]
    assert (inconnu, connu) == ({"query": None, "hash": hash_},) * 2
    assert identifier(texte) == f"sha256:{hash_}"

    liste = tmp_path / "liste.json"
    liste.write_text(json.dumps({hash_: texte}))
    assert await envoyees(documents=liste, documents_seuls=True) == [connu, connu]

    refuse, *entiers = await envoyees()
    assert refuse == connu
    assert [e["query"] for e in entiers] == [texte, texte]
