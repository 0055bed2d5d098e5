"""What tests send to the GraphQL door, and what holds of its every answer."""

import json
import re
from typing import Any

import httpx

from client import Client, Compte

GRAPHQL, JSON = "application/graphql-response+json", "application/json"
MOI = "{ moi { id } }"
LEAKS = re.compile(
    r"Traceback|File \"|site-packages|\.py\b|SELECT |INSERT |sqlite|asyncpg|sqlalchemy",
    re.IGNORECASE,
)


def checked(r: httpx.Response) -> Any:
    """Check what holds of every answer: never a 5xx, nothing of our insides; give its body."""
    assert r.status_code < 500, r.text
    streamed = "transfer-encoding" in r.request.headers
    sent = "" if streamed else r.request.content.decode(errors="replace").lower()
    leaks = [m.group() for m in LEAKS.finditer(r.text) if m.group().lower() not in sent]
    assert leaks == [], r.text  # what a client wrote may come back to it
    body = r.json()
    assert "data" in body or body["errors"], body
    for error in body.get("errors", []):
        assert re.fullmatch(r"[A-Z_]+", error["extensions"]["code"])
        assert error["extensions"]["code"] != "ERREUR_INTERNE", body
    return body


async def send(
    client: Client, par: Compte, content: Any, status: int | None = None, **headers: str
) -> list[str]:
    """POST these bytes with a token, check the answer, and give its codes."""
    sent = {"content-type": JSON, "authorization": f"Bearer {client.jeton(par.courriel)}"}
    sent |= {name.replace("_", "-"): value for name, value in headers.items()}
    r = await client.http.post("/graphql", content=content, headers=sent)
    if status is not None:
        assert r.status_code == status, r.text
    return [e["extensions"]["code"] for e in checked(r).get("errors", [])]


async def ask(client: Client, par: Compte | None, query: str, **variables: Any) -> list[str]:
    """Send a document, check the answer, and give its codes."""
    headers = {} if par is None else {"authorization": f"Bearer {client.jeton(par.courriel)}"}
    body = {"query": query, "variables": variables}
    r = await client.http.post("/graphql", json=body, headers=headers)
    return [e["extensions"]["code"] for e in checked(r).get("errors", [])]


def asking(**parts: Any) -> bytes:
    """Write a body that asks for `moi`, with parts that replace or complete it."""
    return json.dumps({"query": MOI, **parts}).encode()
