"""The pages beside GraphQL, and what the logs say of a request."""

import json
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import asyncpg
import httpx
import pytest
import sqlalchemy as sa
import structlog

from client import Client
from documents import REPONDRE, SOUMETTRE
from fabrique import Make, depot
from graphql import build_schema
from solli_graphql.app import create_app
from solli_graphql.db.migrate import migrate, on
from solli_graphql.db.opening import NotMigrated
from solli_graphql.domain.acteur import Role
from solli_graphql.domain.workflow import StatutSollicitation
from solli_graphql.graphql.schema import sdl
from solli_graphql.http.logs import REQUESTS, Requests
from solli_graphql.settings import Mode, Settings

Serve = Callable[[str], AbstractAsyncContextManager[httpx.AsyncClient]]


@pytest.fixture
def serve() -> Serve:
    """
    Serve the application on a database, in process.
    """

    @asynccontextmanager
    async def serving(url: str) -> AsyncIterator[httpx.AsyncClient]:
        app = create_app(Settings(mode=Mode.DEMO, database_url=url, _env_file=None))
        async with app.router.lifespan_context(app):
            transport = httpx.ASGITransport(app)
            async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as http:
                yield http

    return serving


async def remove(url: str) -> None:
    """Make a database go: its files, or the database itself."""
    if url.startswith("sqlite:///"):
        path = Path(url.removeprefix("sqlite:///"))
        for file in path.parent.glob(f"{path.name}*"):
            file.unlink()
        return
    before, _, options = url.partition("?")
    base, name = before.rsplit("/", 1)
    connection = await asyncpg.connect(f"{base}/postgres" + (f"?{options}" if options else ""))
    await connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
    await connection.close()


class TestHealth:
    async def test_vivant(self, client: Client) -> None:
        """
        `/vivant` answers as long as the process runs.
        """
        r = await client.http.get("/vivant")
        assert (r.status_code, r.json()) == (200, {"vivant": True})

    async def test_pret(self, client: Client) -> None:
        """
        `/pret` is 200 when the database can be used.
        """
        r = await client.http.get("/pret")
        assert (r.status_code, r.json()["pret"]) == (200, True)

    @pytest.mark.parametrize("version", ["9999", ""])
    async def test_not_ready_on_another_schema(
        self, empty_url: str, serve: Serve, version: str
    ) -> None:
        """
        `/pret` is 503 on a database whose schema is of another version.
        """
        await migrate(empty_url)
        async with serve(empty_url) as http:
            sql = sa.text("UPDATE alembic_version SET version_num = :version")
            await on(empty_url, lambda c: c.execute(sql, {"version": version}))
            r = await http.get("/pret")
        assert (r.status_code, r.json()["pret"]) == (503, False)

    async def test_not_ready_once_the_database_is_gone(self, empty_url: str, serve: Serve) -> None:
        """
        `/pret` is 503 once the database is gone; `/vivant` still answers.
        """
        await migrate(empty_url)
        async with serve(empty_url) as http:
            await remove(empty_url)
            pret, vivant = await http.get("/pret"), await http.get("/vivant")
        assert (pret.status_code, vivant.status_code) == (503, 200)
        assert "Traceback" not in pret.text

    async def test_never_starts_on_an_empty_database(self, empty_url: str, serve: Serve) -> None:
        """
        The application does not start on a database that was not migrated, and says what to do.
        """
        with pytest.raises(NotMigrated, match="solli migrate"):
            async with serve(empty_url):
                pass

    async def test_metrics(self, client: Client) -> None:
        """
        `/metrics` counts requests by route, and unknown paths together.
        """
        await client.http.get("/vivant")
        await client.http.get("/inconnu/secret")
        text = (await client.http.get("/metrics")).text
        assert 'solli_requests_total{method="GET",path="/vivant",status="200"}' in text
        assert "solli_request_seconds_bucket" in text
        assert "secret" not in text

    async def test_counts_seconds_in_buckets(self) -> None:
        """
        A bucket counts what took no longer than it; the last one counts everything.
        """
        requests = Requests()
        for seconds in (0.005, 0.006, 60):
            requests.add("GET", "/", 200, seconds)
        _, times = requests.collect()
        found = {s.labels.get("le"): s.value for s in times.samples if "bucket" in s.name}
        assert (found["0.005"], found["0.01"], found["10.0"], found["+Inf"]) == (1, 2, 2, 3)
        assert [s.value for s in times.samples if s.name.endswith(("_sum", "_count"))] == [
            3,
            60.011,
        ]

    async def test_both_ways_to_graphql_answer_alike(self, client: Client) -> None:
        """
        A request from a page, which goes by the middleware, is answered as the usual one.
        """
        asked, origin = {"query": "{ __typename }"}, {"Origin": "https://a.example"}
        usual = await client.http.post("/graphql", json=asked)
        page = await client.http.post("/graphql", json=asked, headers=origin)
        assert (usual.status_code, usual.text) == (page.status_code, page.text)
        assert {*usual.headers.items()} == {*page.headers.items()}


class TestPages:
    async def test_schema(self, client: Client) -> None:
        """
        `/schema.graphql` is the SDL that `solli schema` prints, and it parses.
        """
        r = await client.http.get("/schema.graphql")
        assert r.text == sdl()
        assert build_schema(r.text).query_type is not None

    async def test_graphiql(self, client: Client) -> None:
        """
        `/` is the GraphiQL page in demo mode.
        """
        r = await client.http.get("/")
        assert r.status_code == 200
        title = r.text.split("<title>", 1)[1].split("</title>", 1)[0]
        assert "GraphiQL" in title
        assert "{{" not in r.text

    @pytest.mark.parametrize("path", ["/inconnu", "/.env", "/schema", "/docs", "//"])
    async def test_nothing_else(self, client: Client, path: str) -> None:
        """
        No other path is served.
        """
        r = await client.http.get(f"http://localhost{path}", follow_redirects=True)
        assert r.status_code in (404, 405)


class TestLogs:
    async def test_hold_nothing_personal(
        self, client: Client, make: Make, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """
        The logs of requests, refused ones too, hold no address, token, text, name or key.
        """
        s = await make.affaire(StatutSollicitation.EN_ATTENTE_INFORMATIONS)
        secrets = {"courriel": "perso@prive.example", "telephone": "0639981234"}
        entree = depot(s.emettrice, s.destinataire, description="Texte-Secret", **secrets)
        cle = "cle-tres-secrete-0001"
        reponse = {"id": s.gid, "reponse": "Reponse-Secrete", "cleIdempotence": cle}
        jeton = client.jeton(s.emetteur.courriel)
        REQUESTS.tell()
        capsys.readouterr()
        with structlog.testing.capture_logs() as logs:
            await client.execute(SOUMETTRE, par=s.emetteur, input=entree)
            await client.execute(REPONDRE, par=s.emetteur, input=reponse)
            await client.execute(REPONDRE, par=s.emetteur, input={**reponse, "reponse": "Autre"})
            await client.post(b"{Texte-Secret", par=s.emetteur)
            await client.http.get("/graphql", params={"query": "Texte-Secret"})
            await client.http.get(f"/vivant?jeton={jeton}")
        REQUESTS.tell()
        lines = capsys.readouterr().err.splitlines()
        text = json.dumps([*logs, *lines], default=repr, ensure_ascii=False)
        assert sum(json.loads(line)["event"] == "requete" for line in lines) == 6
        for secret in (*secrets.values(), "Secret", cle, jeton, "jeton", s.numero):
            assert secret not in text
        for personal in (s.emetteur.courriel, s.emetteur.nom, s.emetteur.prenom):
            assert personal not in text

    async def test_of_an_incident_hold_no_text(
        self, client: Client, make: Make, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """
        The log of an incident names its number and its cause, never what the request held.
        """
        s = await make.affaire()
        await make.role(Role.SUPPORT)

        async def fail(*args: object, **_: object) -> object:
            message = f"Texte-Secret {args!r}"
            raise RuntimeError(message)

        monkeypatch.setattr(client.db, "write_once", fail)
        entree = depot(s.emettrice, s.destinataire, description="Texte-Secret")
        with structlog.testing.capture_logs() as logs:
            reply = await client.execute(SOUMETTRE, par=s.emetteur, input=entree)
        assert reply.codes == ["ERREUR_INTERNE"]
        (incident,) = [x for x in logs if x["event"] == "erreur_interne"]
        assert incident["incident"] == reply.body["errors"][0]["extensions"]["incident"]
        assert "Secret" not in json.dumps(incident, default=repr)
