"""The doors: each route has a reviewed policy, and behaves as it says."""

import re
from pathlib import Path

import pytest
from starlette.routing import Mount, Route

from client import Client
from requetes import MOI
from solli_graphql.app import create_app
from solli_graphql.http import health
from solli_graphql.http.portes import PORTES, Acces, verifier
from solli_graphql.settings import Mode, Settings

DOCUMENT = Path(__file__).parents[2] / "docs/security.md"
PAR_ACCES = {Acces.JETON: 401, Acces.LIEN: 404, Acces.LIBRE: 200, Acces.INTERNE: 200}


class TestPortes:
    def test_are_documented(self) -> None:
        """
        docs/security.md tells the same table.
        """
        lignes = re.findall(
            r"^\| `(/\S*)` \| (.*?) \| (.*?) \|", DOCUMENT.read_text("utf-8"), re.MULTILINE
        )
        declarees = [
            (chemin, ", ".join(sorted(p.methodes)) or "POST, and GET of queries", str(p.acces))
            for chemin, p in PORTES.items()
        ]
        assert lignes == declarees

    @pytest.mark.parametrize("mode", Mode)
    async def test_are_all_that_is_served(self, settings: Settings, mode: Mode) -> None:
        """
        An application serves no other route; a demonstration's own are served nowhere else.
        """
        app = create_app(settings.model_copy(update={"mode": mode}))
        servies = {route.path for route in app.routes if isinstance(route, Route)}
        assert len(servies) == len(app.routes)
        assert servies <= PORTES.keys()
        assert ("/demo/comptes" in servies) is (mode is Mode.DEMO)

    def test_one_without_a_policy_is_refused(self) -> None:
        """
        A route that nobody has reviewed, or open to more methods than reviewed, stops the start.
        """
        for route in (Route("/autre", health.vivant), Mount("/dossier", routes=[])):
            with pytest.raises(TypeError, match="no policy is declared"):
                verifier([route])
        with pytest.raises(TypeError, match="/vivant"):
            verifier([Route("/vivant", health.vivant, methods=["POST"])])

    @pytest.mark.parametrize("chemin", PORTES)
    async def test_ask_for_what_they_say(self, client: Client, chemin: str) -> None:
        """
        Without a token or a good link a door is shut, but for those that say that they are open.
        """
        porte = PORTES[chemin]
        methode = next(iter(porte.methodes - {"HEAD"}), "POST")
        corps = {"query": MOI} if porte.acces is Acces.JETON else None
        r = await client.http.request(methode, re.sub(r"{\w+}", "x", chemin), json=corps)
        attendu = 404 if chemin == "/page/assets/{name}" else PAR_ACCES[porte.acces]
        assert r.status_code == attendu
