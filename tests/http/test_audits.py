"""The judge of the GraphQL over HTTP specification: the audits of npm's graphql-http."""

import asyncio
import json
import subprocess
from pathlib import Path

from paquets import ICI, installer
from prises import listening
from solli_graphql.db.migrate import migrate
from solli_graphql.settings import Mode, Settings


def test_every_audit_of_graphql_http_passes(tmp_path: Path) -> None:
    """
    A running server of a demonstration passes the 61 audits, those that only recommend included.
    """
    paquets = installer("audits", "no audits of GraphQL over HTTP")
    url = f"sqlite:///{tmp_path / 'audits.db'}"
    asyncio.run(migrate(url))
    with listening(Settings(mode=Mode.DEMO, database_url=url, _env_file=None)) as server:
        porte = f"http://127.0.0.1:{server.port}/graphql"
        commande = ["node", str(ICI / "audits" / "audits.mjs"), str(paquets), porte]
        dit = subprocess.run(commande, check=True, capture_output=True, timeout=60)
    audits = json.loads(dit.stdout)
    assert [a for a in audits if a["status"] != "ok"] == []
    assert len(audits) == 61
