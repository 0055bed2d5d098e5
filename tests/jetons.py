"""What tests sign tokens with, good or forged, and the answer to a bad one."""

import base64
import hmac
import json
from datetime import UTC, datetime
from typing import Any

import httpx
import sqlalchemy as sa

from client import Client
from solli_graphql.db import models as m
from solli_graphql.db.database import Statement

HEADER = {"alg": "HS256", "typ": "at+jwt"}
UTILISATEUR: Statement[Any] = Statement(
    m.utilisateur.update().where(m.utilisateur.c.id == sa.bindparam("cible", type_=sa.BigInteger)),
    columns=["actif"],
)


def now() -> int:
    return int(datetime.now(UTC).timestamp())


def claims(courriel: Any, **changes: Any) -> dict[str, Any]:
    """Give good claims, changed; a claim changed to None is left out."""
    good = {
        "iss": "solli-demo",
        "aud": "solli-graphql",
        "sub": courriel,
        "iat": now(),
        "exp": now() + 300,
    }
    return {name: v for name, v in (good | changes).items() if v is not None}


def sign(client: Client, header: dict[str, Any], payload: Any) -> str:
    """Sign any payload with the key of the demonstration, by hand: no library to object."""
    content = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    signed = f"{b64(json.dumps(header).encode())}.{b64(content)}"
    digest = f"sha{header['alg'].removeprefix('HS')}"
    return f"{signed}.{b64(hmac.digest(client.cle, signed.encode(), digest))}"


def b64(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).decode().rstrip("=")


def unsigned(client: Client, header: dict[str, Any], courriel: str, signature: str = "") -> str:
    assert client
    head, body = (b64(json.dumps(part).encode()) for part in (header, claims(courriel)))
    return f"{head}.{body}.{signature}"


def check_401(r: httpx.Response) -> None:
    assert r.status_code == 401, r.text
    assert r.headers["www-authenticate"] == "Bearer"
    body = r.json()
    assert "data" not in body
    assert [e["extensions"]["code"] for e in body["errors"]] == ["NON_AUTHENTIFIE"]
