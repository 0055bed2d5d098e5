"""A client: what it sends, and how it insists, with the same key until there is an answer."""

import http.client
import json
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

RESULT = (
    "__typename ... on ActionPriseEnCompte { rejoue sollicitation { id version } } "
    "... on Refus { code message }"
)
AGAIN = frozenset({"connection", "status", "OCCUPE", "ERREUR_INTERNE", "LIMITE_DEPASSEE"})
DONE = "ActionPriseEnCompte"
# A geste: the mutation, its input type, who sends it, the field of its text, what is fixed in it.
GESTES: Mapping[str, tuple[str, str, str, str, dict[str, str]]] = {
    **{
        choice: ("traiter", "TraiterInput", "recepteur", "miseAJour", {"statut": choice})
        for choice in ("EN_COURS", "DEMANDE_INFORMATION", "RESOLUE")
    },
    "REPONDRE_COMPLEMENT": (
        *("repondreComplement", "RepondreComplementInput", "emetteur", "reponse"),
        {},
    ),
    "ROUVRIR": ("rouvrir", "RouvrirInput", "emetteur", "commentaire", {}),
    "CLOTURER": ("cloturer", "CloturerInput", "emetteur", "commentaire", {}),
}


@dataclass(frozen=True)
class People:
    """Who acts, by token, and between which structures, by global id."""

    emetteur: str
    recepteur: str
    emettrice: str
    publique: str


@dataclass(frozen=True)
class Demand:
    """One mutation, ready to be sent as often as needed."""

    token: str
    body: bytes


class NoAnswer(Exception):
    """It is unknown whether the command was done: the reason is why there was no answer."""


class Unexpected(Exception):
    """The server said something that no client of this harness expects."""


def _demand(token: str, mutation: str, type_: str, entree: dict[str, Any]) -> Demand:
    document = f"mutation($input: {type_}!) {{ {mutation}(input: $input) {{ {RESULT} }} }}"
    return Demand(token, json.dumps({"query": document, "variables": {"input": entree}}).encode())


def submit(people: People, text: str, **more: Any) -> Demand:
    """Ask for a new sollicitation."""
    entree = {
        "categorie": "FACTURE",
        "sousCategorie": "SUIVI",
        "structureEmettrice": people.emettrice,
        "structureDestinataire": people.publique,
        "courriel": "contact@charge.example",
        "description": text,
        **more,
    }
    type_ = "SoumettreSollicitationInput"
    return _demand(people.emetteur, "soumettreSollicitation", type_, entree)


def act(people: People, geste: str, gid: str, text: str, **more: Any) -> Demand:
    """Ask for one geste on a sollicitation."""
    mutation, type_, who, field, fixed = GESTES[geste]
    return _demand(getattr(people, who), mutation, type_, {"id": gid, field: text, **fixed, **more})


class Client:
    """A keep-alive connection to one of several servers; it moves on when one fails."""

    def __init__(self, ports: Sequence[int], first: int = 0, *, timeout: float = 20) -> None:
        self._ports, self._rank, self._timeout = ports, first, timeout
        self._connection: http.client.HTTPConnection | None = None
        self.failures: Counter[str] = Counter()

    def ask(self, demand: Demand) -> dict[str, Any]:
        """Send once and give the member that answers. Raises NoAnswer or Unexpected."""
        headers = {"authorization": f"Bearer {demand.token}", "content-type": "application/json"}
        try:
            if self._connection is None:
                port = self._ports[self._rank % len(self._ports)]
                self._connection = http.client.HTTPConnection(
                    "127.0.0.1", port, timeout=self._timeout
                )
            self._connection.request("POST", "/graphql", demand.body, headers)
            response = self._connection.getresponse()
            status, body = response.status, response.read()
        except (OSError, http.client.HTTPException) as e:
            self.move()
            raise NoAnswer("connection") from e
        return self._member(status, body)

    def _member(self, status: int, raw: bytes) -> dict[str, Any]:
        try:
            body = json.loads(raw)
        except ValueError as e:
            raise NoAnswer("status") from e
        data = next(iter((body.get("data") or {}).values()), None)
        if isinstance(data, dict):
            return data
        code = next((e["extensions"]["code"] for e in body.get("errors", [])), str(status))
        if code in AGAIN:
            raise NoAnswer(code)
        raise Unexpected(f"{status} {raw[:300]!r}")

    def move(self) -> None:
        """Leave this server for the next one."""
        self.close()
        self._rank += 1

    def close(self) -> None:
        """Leave."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def insist(self, demand: Demand, deadline: float) -> dict[str, Any]:
        """Send until there is an answer, counting what came instead. Raises NoAnswer at the end."""
        while True:
            try:
                return self.ask(demand)
            except NoAnswer as e:
                self.failures[str(e)] += 1
                if time.time() > deadline:
                    raise
                time.sleep(0.05)
