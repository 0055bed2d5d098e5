"""A client that sends files, some of them badly, and joins them to a new sollicitation."""

import http.client
import json
import random
import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any
from urllib.parse import urlsplit

from benchmarks.reliability.clients import DONE, Client, Demand, NoAnswer, People, submit

PREPARE = """mutation($input: PreparerTeleversementInput!) { preparerTeleversement(input: $input) {
  __typename ... on TeleversementPrepare { televersement { id url entetes { nom valeur } } }
  ... on ChampInvalide { code message }
} }"""
HOWS = ("whole", "whole", "whole", "cut", "short", "long", "false", "never")
PATIENCE = 90.0  # seconds of one attempt
SENT = range(200, 300)


@dataclass(frozen=True)
class Sent:
    """One attempt: how it went, and whether it was acknowledged as joined."""

    sha256: str
    how: str
    joined: bool


class Sender:
    """Sends one file after another, each for somebody, to a server that may be killed."""

    def __init__(
        self,
        port: int,
        people: People,
        dice: random.Random,
        largest: int,
        *,
        hows: Sequence[str] = HOWS,
    ) -> None:
        self._client, self._port, self._people = Client([port]), port, people
        self._dice, self._largest, self._hows = dice, largest, hows

    def one(self, token: str) -> Sent:
        """Announce a file, send it well or badly, and submit with it."""
        size = self._dice.randint(1, self._largest)
        data = b"%PDF-1.7\n" + self._dice.randbytes(size) + b"\nstartxref\n9\n%%EOF\n"
        digest, how = sha256(data).hexdigest(), self._dice.choice(self._hows)
        deadline = time.time() + PATIENCE
        entree = {"nomFichier": "f.pdf", "typeMime": "application/pdf", "taille": len(data)}
        body = {"query": PREPARE, "variables": {"input": entree | {"sha256": digest}}}
        asked = Demand(token, json.dumps(body).encode())
        prepared = self._client.insist(asked, deadline)["televersement"]
        for _ in range(8):
            if how == "never" or self._put(prepared, data, how) or how != "whole":
                break
            time.sleep(0.5)  # the server was killed: the same again
        more = {"piecesJointes": [prepared["id"]], "cleIdempotence": uuid.uuid4().hex}
        demand = submit(self._people, digest, **more)
        try:
            member = self._client.insist(Demand(token, demand.body), deadline)
        except NoAnswer:
            return Sent(digest, how, joined=False)
        if (member["__typename"] == DONE) and how != "whole":
            message = f"{how} was joined"
            raise AssertionError(message)
        return Sent(digest, how, joined=member["__typename"] == DONE)

    def close(self) -> None:
        """Leave."""
        self._client.close()

    def _put(self, prepared: dict[str, Any], data: bytes, how: str) -> bool:
        """Send the bytes as asked; tell whether they were taken."""
        url = urlsplit(prepared["url"])
        where = url.netloc or f"127.0.0.1:{self._port}"
        headers = {e["nom"]: e["valeur"] for e in prepared["entetes"]}
        sent = {
            "short": data[:-1],
            "long": data + b"x",
            "false": data[:-1] + bytes((data[-1] ^ 1,)),
        }.get(how, data)
        connection = http.client.HTTPConnection(where, timeout=20)
        try:
            if how == "cut":
                headers["Content-Length"] = str(len(data))
                connection.request("PUT", _path(url), data[: len(data) // 2], headers)
                return False
            connection.request("PUT", _path(url), sent, headers)
            return connection.getresponse().status in SENT
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()


def _path(url: Any) -> str:
    return f"{url.path}?{url.query}" if url.query else str(url.path)
