"""The GraphiQL page in a real browser: what one does with it, and what it must never do."""

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Request, Route, expect, sync_playwright

from chromium import CHROMIUM, FLAGS
from solli_graphql.http import page as served

MISSING = [
    why
    for why, wrong in (
        ("no Chromium is installed", CHROMIUM is None),
        ("the page is not built: make install, where Node.js is", not served.built()),
    )
    if wrong
]
# In CI what is missing is a failure, said by the first fixture that needs it.
pytestmark = pytest.mark.skipif(
    bool(MISSING) and not os.environ.get("CI"), reason=" and ".join(MISSING)
)
EDITOR, ANSWER = ".graphiql-query-editor", ".result-window"


@pytest.fixture(scope="module")
def origin(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """
    Serve a demonstration.
    """
    folder = tmp_path_factory.mktemp("page")
    env = os.environ | {"SOLLI_MODE": "demo", "SOLLI_DATABASE_URL": f"sqlite:///{folder}/demo.db"}
    solli = [sys.executable, "-m", "solli_graphql.cli"]
    subprocess.run(
        [*solli, "demo", "--sollicitations", "60"],
        env=env,
        check=True,
        capture_output=True,
        timeout=60,
    )
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with (folder / "journal").open("wb") as log:
        command = [*solli, "serve", "--port", str(port)]
        server = subprocess.Popen(command, env=env, stdout=log, stderr=log)
        try:
            wait(f"http://127.0.0.1:{port}/pret", server)
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()
            server.wait(timeout=25)


def wait(url: str, server: "subprocess.Popen[bytes]") -> None:
    """Wait until a server is ready, 30 seconds at most."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and server.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=5):  # noqa: S310
                return
        except OSError:
            time.sleep(0.1)
    message = "the server did not answer"
    raise AssertionError(message)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """
    Start the Chromium of the system.
    """
    assert not MISSING, MISSING
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield started
        started.close()


@dataclass
class GraphiQL:
    """The page, and what somebody does with it."""

    page: Page
    asked: list[dict[str, Any]] = field(default_factory=list)

    def open(self, origin: str) -> None:
        """Go to the page and wait for its editor."""
        self.page.goto(origin)
        expect(self.page.locator(f"{EDITOR} .view-line").first).to_be_visible(timeout=20_000)

    def write(self, text: str) -> None:
        """Replace the document by typing."""
        self.page.locator(f"{EDITOR} .view-lines").click()
        self.page.keyboard.press("ControlOrMeta+a")
        self.page.keyboard.press("Delete")
        self.page.keyboard.insert_text(text)

    def choose(self, profil: str, titre: str, operation: str) -> None:
        """Take a ready query, and wait until GraphiQL has read it."""
        group = self.page.locator("details", has=self.page.get_by_text(profil, exact=True))
        if group.get_attribute("open") is None:
            group.locator("summary").click()
        group.get_by_role("button", name=titre).click()
        tab = self.page.get_by_role("tab", name=operation)
        expect(tab).to_have_attribute("aria-selected", "true")

    def run(self) -> None:
        """Execute the document."""
        self.page.get_by_role("button", name="Execute query").click()

    def answers(self, text: str) -> None:
        """Check that the answer holds a text."""
        expect(self.page.locator(ANSWER)).to_contain_text(text)


@pytest.fixture
def graphiql(browser: Browser, origin: str) -> Iterator[GraphiQL]:
    """
    Open the page; at the end, no request has left the origin and the console is quiet.
    """
    context = browser.new_context(
        locale="fr-FR",
        viewport={"width": 1440, "height": 900},
        permissions=["clipboard-read", "clipboard-write"],
    )
    context.set_default_timeout(15_000)
    page, wrong = context.new_page(), list[str]()
    opened = GraphiQL(page)
    inside = (f"{origin}/", "data:", f"blob:{origin}/")

    def requested(request: Request) -> None:
        if not request.url.startswith(inside):
            wrong.append(request.url)
        if request.post_data:
            opened.asked.append(request.post_data_json or {})

    page.on("console", lambda m: wrong.append(m.text) if m.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("request", requested)
    opened.open(origin)
    yield opened
    context.close()
    assert wrong == []


class TestGraphiQL:
    def test_completes(self, graphiql: GraphiQL) -> None:
        """
        It knows the schema: it completes a field, with its French description.
        """
        graphiql.write("{ syn")
        graphiql.page.keyboard.press("Control+Space")
        suggestion = graphiql.page.locator(".suggest-widget")
        expect(suggestion).to_contain_text("synthese")

    def test_runs_what_is_typed(self, graphiql: GraphiQL) -> None:
        """
        It runs a query as the account that is chosen, and as another one once it is.
        """
        graphiql.run()
        graphiql.answers("Lambert")
        graphiql.page.get_by_label("Vous êtes").select_option("support@demo.example")
        graphiql.run()
        graphiql.answers("Garnier")

    def test_mutates_with_a_ready_query(self, graphiql: GraphiQL) -> None:
        """
        A ready mutation comes with its variables, makes one somebody of its profile, and writes.
        """
        graphiql.choose("Agent d'une structure publique", "Traiter : répondre", "ApporterLaReponse")
        expect(graphiql.page.get_by_label("Vous êtes")).to_have_value("recepteur@demo.example")
        graphiql.run()
        graphiql.answers("Votre réponse a été prise en compte.")
        sent = graphiql.asked[-1]["variables"]
        assert sent["id"]
        assert sent["versionAttendue"] >= 1

    def test_keeps_what_somebody_wrote(self, graphiql: GraphiQL) -> None:
        """
        A ready query opens in a tab of its own where somebody has written.
        """
        graphiql.write("query Mienne { moi { nom } }")
        expect(graphiql.page.get_by_role("tab", name="Mienne")).to_be_visible()
        graphiql.choose("Fournisseur", "Ma Synthèse", "MaSynthese")
        expect(graphiql.page.get_by_role("tab")).to_have_count(2)

    def test_explores(self, graphiql: GraphiQL) -> None:
        """
        The explorer writes the document from what is ticked.
        """
        graphiql.page.get_by_role("button", name="Show Explorateur").click()
        graphiql.page.get_by_title("Catégories en usage.").click()
        expect(graphiql.page.locator(EDITOR)).to_contain_text("categories")

    def test_renews_a_token(self, graphiql: GraphiQL) -> None:
        """
        A token that has expired is renewed before the next request.
        """
        calls: list[str] = []

        def expired_once(route: Route) -> None:
            comptes = route.fetch().json()
            if not calls:
                comptes = [
                    c | {"jeton": "perdu", "expire": "2018-09-19T00:00:00Z"} for c in comptes
                ]
            calls.append(route.request.method)
            route.fulfill(json=comptes)

        graphiql.page.route("**/demo/comptes", expired_once)
        graphiql.open(graphiql.page.url)
        graphiql.run()
        graphiql.answers("Lambert")
        assert calls == ["GET", "GET"]


class TestResult:
    def test_as_a_table(self, graphiql: GraphiQL, tmp_path: Path) -> None:
        """
        A result that is a list is shown as a table, and taken as CSV that spreadsheets read.
        """
        profil = "Agent d'une structure publique"
        graphiql.choose(profil, "Synthèse de ma structure", "SyntheseDeMaStructure")
        graphiql.run()
        graphiql.page.get_by_role("button", name="Tableau (20)").click()
        window = graphiql.page.get_by_role("dialog")
        expect(window.locator("tbody tr")).to_have_count(20)
        expect(window.locator("th").nth(5)).to_have_text("structureEmettrice.designation")
        with graphiql.page.expect_download() as download:
            window.get_by_role("button", name="Enregistrer en CSV").click()
        download.value.save_as(tmp_path / "liste.csv")
        lines = (tmp_path / "liste.csv").read_bytes().decode("utf-8").split("\r\n")
        assert lines[0].startswith("\ufeffnumero;dateDepot;statutLibelle;")
        assert len(lines) == 22

    def test_copied_runs_elsewhere(self, graphiql: GraphiQL, tmp_path: Path) -> None:
        """
        A request copied for another tool runs there as it is, and answers the same.
        """
        text = r"""query Texte($t: String = "l'été \\ ''x") { moi { nom } """
        graphiql.write(text + "structures(filtre: { texte: $t }) { totalCount } }")
        expect(graphiql.page.get_by_role("tab", name="Texte")).to_be_visible()
        for forme, program in {
            "Python": sys.executable,
            "JavaScript": "node",
            "curl": "sh",
        }.items():
            graphiql.page.get_by_role("button", name="Copier comme").click()
            graphiql.page.get_by_role("menuitem", name=f"Copier comme {forme}").click()
            expect(graphiql.page.get_by_role("dialog")).to_contain_text("Authorization")
            copied = graphiql.page.evaluate("navigator.clipboard.readText()")
            assert copied == graphiql.page.locator("dialog pre").text_content()
            graphiql.page.get_by_role("button", name="Fermer").click()
            if shutil.which(program) and (forme != "curl" or shutil.which("curl")):
                answer = json.loads(elsewhere(program, copied, tmp_path))
                assert answer["data"]["moi"]["nom"] == "Lambert"


def elsewhere(program: str, copied: str, folder: Path) -> str:
    """Run what was copied, in its own tool."""
    script = folder / "copie.mjs"
    script.write_text(copied, encoding="utf-8")
    done = subprocess.run([program, script], capture_output=True, text=True, check=True, timeout=30)
    return done.stdout


class TestCout:
    def test_is_shown_before_running(self, graphiql: GraphiQL) -> None:
        """
        The price that the server tells is shown, and nothing runs for it.
        """
        graphiql.choose("Fournisseur", "Déposer une sollicitation auprès du support", "Deposer")
        expect(graphiql.page.locator(".cout")).to_have_text(re.compile(r"Coût : [1-9]\d"))
        assert graphiql.asked[-1]["extensions"] == {"simulationCout": True}
        expect(graphiql.page.locator(ANSWER)).to_have_text("")

    def test_is_never_asked_of_a_server_that_would_run(self, graphiql: GraphiQL) -> None:
        """
        A server that does not tell prices is asked once, with a document that does nothing.
        """

        def ignore(route: Route) -> None:
            route.fulfill(json={"data": {"__typename": "Query"}})

        graphiql.page.route("**/graphql", ignore)
        graphiql.page.reload()
        graphiql.asked.clear()  # what the real server was asked before
        graphiql.page.wait_for_timeout(1000)
        graphiql.write("mutation Ecrire { __typename }")
        graphiql.page.wait_for_timeout(1000)
        priced = [a["query"] for a in graphiql.asked if "extensions" in a]
        assert set(priced) <= {"{ __typename }"}
        expect(graphiql.page.locator(".cout")).to_have_count(0)


def test_fits_every_screen(graphiql: GraphiQL) -> None:
    """
    On any screen the page does not scroll sideways, and the answer can be seen.
    """
    graphiql.page.get_by_role("button", name="Hide Requêtes prêtes").click()
    graphiql.run()
    graphiql.answers("Lambert")
    for width in (1440, 900, 390):
        graphiql.page.set_viewport_size({"width": width, "height": 844})
        expect(graphiql.page.locator(ANSWER)).to_be_in_viewport(ratio=1)
        assert graphiql.page.evaluate("document.documentElement.scrollWidth") <= width
