"""The code of a frontend, compiled and run against a real server."""

import asyncio
import json
import shutil
import subprocess
from pathlib import Path

from conftest import servir
from fabrique import Make
from paquets import ICI
from prises import listening
from solli_graphql.db.migrate import migrate
from solli_graphql.settings import Mode, Settings


async def test_a_frontend_lists_reads_sends_and_treats(compilee: Path, tmp_path: Path) -> None:
    """
    Typed operations do by urql, Apollo, graphql-request and Relay what their types say.
    """
    shutil.copy(ICI / "clients" / "session.mjs", compilee)
    url = f"sqlite:///{tmp_path / 'parcours.db'}"
    await migrate(url)
    settings = Settings(mode=Mode.DEMO, database_url=url, _env_file=None)
    async with servir(settings) as client:
        make = Make(client)
        s = await make.affaire()
        autre = await make.autre(s)
        with listening(settings) as server:
            porte = f"http://127.0.0.1:{server.port}/graphql"
            jeton = client.jeton(s.recepteur.courriel)
            ordre = ["node", "parcours.mjs", "-", porte, jeton, s.gid, autre.gid]
            fait = await asyncio.to_thread(
                subprocess.run, ordre, cwd=compilee, capture_output=True, timeout=60
            )
    assert fait.returncode == 0, fait.stderr.decode()
    dit = json.loads(fait.stdout)
    etapes, conflit = dit.pop("etapes"), dit.pop("conflit")
    assert dit == {
        "numeros": [s.numero, autre.numero],
        "recherche": 2,
        "relay": ["A traiter", "Réponse apportée"],
        "traitee": "Votre réponse a été prise en compte.",
        "pieces": ["avis.pdf"],
        "lieu": "Service S1, Service S2",
    }
    assert conflit.endswith("(version 2)")
    assert [etape.split(" ", 1)[1] for etape in etapes] == [
        f"{s.recepteur.nom} Réponse apportée Voici l'avis.",
        f"{s.emetteur.nom} A traiter ",
    ]
