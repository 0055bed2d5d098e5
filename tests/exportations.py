"""Exports asked for, fetched, and left unread."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from client import Client, Compte

EXPORTER = """mutation($input: ExporterInput!) { exporter(input: $input) { __typename
  ... on ExportPrepare { url nombre }
  ... on Refus { code message } ... on ChampInvalide { champ } } }"""
TOUS = {"deposeeDu": "2000-01-01"}


async def preparer(client: Client, par: Compte, **entree: Any) -> Any:
    """Ask for an export."""
    reply = await client.execute(EXPORTER, par, input={"format": "JSONL", **entree})
    return reply.data["exporter"]


async def telecharger(client: Client, par: Compte, **entree: Any) -> bytes:
    """Ask for an export and fetch it."""
    r = await client.http.get((await preparer(client, par, **entree))["url"])
    assert r.status_code == 200
    return r.content


@asynccontextmanager
async def immobile(client: Client, url: str) -> AsyncIterator[asyncio.Task[None]]:
    """Follow a link as a client that takes no more than the first bytes, then goes away."""
    servi, parti = asyncio.Event(), asyncio.Event()
    transport: Any = client.http._transport

    async def receive() -> dict[str, Any]:
        await parti.wait()
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        if message.get("body"):
            servi.set()
            await asyncio.Event().wait()

    requete = {"method": "GET", "path": url, "query_string": b"", "root_path": ""}
    entetes = {"headers": [(b"host", b"localhost")], "asgi": {"spec_version": "2.3"}}
    scope = {"type": "http", "http_version": "1.1", "scheme": "http", **requete, **entetes}
    tache = asyncio.create_task(transport.app(scope, receive, send))
    await asyncio.wait_for(servi.wait(), 30)
    yield tache
    parti.set()
    await asyncio.wait_for(tache, 30)
