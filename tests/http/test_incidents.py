"""What nobody foresaw tells nothing."""

import json
import re
from typing import Any

import pytest

from client import Client
from documents import TRAITER
from fabrique import Make
from requetes import LEAKS, MOI
from solli_graphql.domain.acteur import Role


class TestIncidents:
    @pytest.mark.parametrize("where", ["fetch", "write_once"])
    async def test_an_exception_is_masked(
        self, client: Client, make: Make, monkeypatch: pytest.MonkeyPatch, where: str
    ) -> None:
        """
        What nobody foresaw is ERREUR_INTERNE with an incident number, and tells nothing else.
        """
        s = await make.affaire()

        async def fail(*_: Any, **__: Any) -> Any:
            message = "SELECT secret FROM /etc/passwd"
            raise RuntimeError(message)

        entree = {"id": s.gid, "statut": "RESOLUE", "miseAJour": "Oui."}
        await client.execute(MOI, par=s.recepteur)  # now known to the cache of tokens
        jeton = {"authorization": f"Bearer {client.jeton(s.recepteur.courriel)}"}
        await client.post({"query": MOI}, headers=jeton)
        monkeypatch.setattr(client.db, where, fail)
        query = MOI if where == "fetch" else TRAITER
        reply = await client.post({"query": query, "variables": {"input": entree}}, headers=jeton)

        assert reply.codes == ["ERREUR_INTERNE"]
        (error,) = reply.body["errors"]
        assert re.fullmatch("[0-9a-f]{32}", error["extensions"]["incident"])
        assert error["message"] == "Erreur interne."
        assert "secret" not in json.dumps(reply.body)
        assert not LEAKS.search(json.dumps(reply.body))

    async def test_an_exception_outside_of_the_execution_is_masked(
        self, client: Client, make: Make, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """
        An exception before the execution is a 500 with the same shape.
        """
        agent = await make.role(Role.SUPPORT)

        async def fail(*_: Any) -> Any:
            message = "SELECT secret FROM /etc/passwd"
            raise RuntimeError(message)

        monkeypatch.setattr(client.db, "fetch", fail)  # the token's bearer is looked up
        reply = await client.execute(MOI, par=agent)

        assert (reply.status, reply.codes) == (500, ["ERREUR_INTERNE"])
        assert reply.headers["x-content-type-options"] == "nosniff"
        assert reply.headers["cache-control"] == "no-store"
        assert re.fullmatch("[0-9a-f]{32}", reply.body["errors"][0]["extensions"]["incident"])
        assert "secret" not in json.dumps(reply.body)
