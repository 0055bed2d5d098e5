"""What tests speak with: a client of the whole application, and whom it speaks for."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import httpx

from solli_graphql.db.database import Database
from solli_graphql.domain.numeros import gid
from solli_graphql.services import jetons


@dataclass(frozen=True)
class Reply:
    """An answer as a client sees it, and what it cost."""

    status: int
    body: Any
    headers: httpx.Headers
    cout: Any = None

    @property
    def data(self) -> Any:
        """Give the data; it must be there."""
        assert self.body.get("data") is not None, self.body
        return self.body["data"]

    @property
    def codes(self) -> list[str]:
        """List the codes of the errors, and of the refusals among the members."""
        errors = [e["extensions"]["code"] for e in self.body.get("errors", [])]
        members = [v for v in (self.body.get("data") or {}).values() if isinstance(v, dict)]
        return errors + [v["code"] for v in members if "code" in v]


@dataclass
class Client:
    """Speaks GraphQL to the application, as any of its users."""

    http: httpx.AsyncClient
    db: Database
    cle: bytes
    service: Any = None  # runtime.Service

    def jeton(self, courriel: str) -> str:
        """Sign a token for somebody."""
        return jetons.signer(self.cle, courriel, minutes=5, maintenant=datetime.now(UTC))

    async def execute(self, query: str, par: "Compte | None" = None, **variables: Any) -> Reply:
        """Send a document as somebody."""
        return await self.post({"query": query, "variables": variables}, par=par)

    async def post(
        self, body: Any, *, par: "Compte | None" = None, headers: dict[str, str] | None = None
    ) -> Reply:
        """Send a body: JSON, or bytes as they are."""
        sent = {"content-type": "application/json", **(headers or {})}
        if par is not None:
            sent["authorization"] = f"Bearer {self.jeton(par.courriel)}"
        content = {"content": body} if isinstance(body, bytes) else {"json": body}
        r = await self.http.post("/graphql", headers=sent, **content)
        answer = r.json()
        cout = answer.pop("extensions", {}).get("cout")
        return Reply(r.status_code, answer, r.headers, cout)


@dataclass(frozen=True)
class Compte:
    """Somebody with an account."""

    id: int
    courriel: str
    nom: str
    prenom: str

    @property
    def gid(self) -> str:
        """Give the global id."""
        return gid("Utilisateur", self.id)

    @property
    def gid_compte(self) -> str:
        """Give the global id under which its administrators read it."""
        return gid("Compte", self.id)
