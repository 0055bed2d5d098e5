"""The documentation as a site: built whole and offline, and read in a browser."""

import functools
import os
import re
import shutil
import sys
import threading
from collections.abc import Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

sys.path.append(str(Path(__file__).parents[2] / "docs" / "site"))  # no part of the product
import construire
from diagramme import CADRES, TRACES, svg
from solli_graphql.domain.acteur import Role
from solli_graphql.domain.diagramme import depots, dessiner
from solli_graphql.domain.workflow import TRANSITIONS
from solli_graphql.graphql.permissions import PeutAdministrer, PeutLire, PeutTeleverser, PeutTraiter
from solli_graphql.graphql.schema import core

RACINE = Path(__file__).parents[2]
DOCS = RACINE / "docs"
PAGES = sorted(str(p.relative_to(DOCS)) for p in DOCS.rglob("*.md"))
GUIDE = [p for p in PAGES if p.startswith("guide/") or p == "index.md"]
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
# The browser's own calls to its maker are not the site's.
FLAGS = """--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking
    --disable-component-update --disable-sync""".split()
LARGEURS = (390, 820, 1360)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """
    Build the site; a link to nothing, or anything else that is told, is a failure.
    """
    dossier = tmp_path_factory.mktemp("site")
    construire.construire(dossier / "chantier", dossier / "site")
    return dossier / "site"


class TestConstruction:
    def test_every_page_is_there(self, site: Path) -> None:
        """
        Every page of docs/ is built, and is in the navigation.
        """
        lien = re.compile(r'<a href="([^"#]+)" class="md-nav__link')
        liens = {
            (page.parent / href).resolve()
            for page in site.rglob("*.html")
            for href in lien.findall(page.read_text(encoding="utf-8"))
        }
        pages = {(site / page).with_suffix(".html").resolve() for page in PAGES}

        assert {p for p in pages if not p.exists()} == set()
        assert pages - liens == set()

    def test_nothing_is_fetched_from_elsewhere(self, site: Path) -> None:
        """
        No page takes a script, a style, an image or a font from another host.
        """
        pris = re.compile(
            r"""<(?:script|img|link|iframe|source)\b[^>]*?\b(?:src|href)=["']?(\S+?)["'\s>]"""
        )
        for page in site.rglob("*.html"):
            ailleurs = [u for u in pris.findall(page.read_text(encoding="utf-8")) if "//" in u]
            assert ailleurs == [], page.name

    def test_no_mark_is_left(self, site: Path) -> None:
        """
        What is made from the code is in its place.
        """
        for page in site.rglob("*.html"):
            assert "produit :" not in page.read_text(encoding="utf-8"), page.name


def rangees(table: str) -> dict[str, set[Role]]:
    """Read a matrix: the roles of each row, by its first name in code."""
    entete, _, *lignes = [[c.strip() for c in x.strip("|").split("|")] for x in table.splitlines()]
    return {
        next(c for c in ligne if c.startswith("`")).strip("`"): {
            role for role in Role if ligne[entete.index(f"`{role}`")] == construire.OUI
        }
        for ligne in lignes
    }


class TestMatrices:
    def test_of_the_roots(self) -> None:
        """
        The matrix has every root of the schema, with the roles of its permission.
        """
        lues = rangees(construire.racines())
        racines = {n for t in ("Query", "Mutation") for n in core().type_map[t].fields}  # type: ignore[attr-defined]

        assert racines <= set(lues)
        for racine, permission in {
            "synthese": PeutLire,
            "traiter": PeutTraiter,
            "preparerTeleversement": PeutTeleverser,
            "utilisateurs": PeutAdministrer,
        }.items():
            assert lues[racine] == permission.roles

    def test_of_the_transitions(self) -> None:
        """
        The matrix has a row for each transition.
        """
        assert len(construire.gestes().splitlines()) == 2 + len(TRANSITIONS)
        assert rangees(construire.gestes())["TRAITER"] == {Role.RECEPTEUR, Role.SUPPORT}

    def test_of_what_each_view_reads(self) -> None:
        """
        The emitter reads no draft; the analyst reads pseudonyms.
        """
        lues = construire.lectures().splitlines()
        assert "| `Sollicitation.brouillon` | rien | tel quel | rien |" in lues
        assert "| `Structure.designation` | tel quel | tel quel | pseudonyme |" in lues


class TestDiagramme:
    def test_every_arrow_of_the_workflow_is_drawn_once(self) -> None:
        """
        The diagram has the arrows and the states of the workflow, and no other.
        """
        fleches = [*depots(), *(f for t in TRANSITIONS for f in dessiner(t))]

        assert {(f.source, f.cible) for f in fleches} == set(TRACES)
        assert svg().count('class="trait"') == len(fleches)
        assert svg().count("<rect") == len(CADRES)


@pytest.fixture(scope="module")
def origine(site: Path) -> Iterator[str]:
    """
    Serve the site as any server of files would.
    """

    class Muet(SimpleHTTPRequestHandler):
        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Muet, directory=site)) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """
    Start the Chromium of the system.
    """
    assert CHROMIUM, "no Chromium is installed"
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield started
        started.close()


@pytest.mark.skipif(
    CHROMIUM is None and not os.environ.get("CI"), reason="no Chromium is installed"
)
class TestDansUnNavigateur:
    @pytest.mark.parametrize("theme", ["light", "dark"])
    def test_is_read(self, browser: Browser, origine: str, theme: Any) -> None:
        """
        The guide is read in both themes at three widths, and asks nothing of any other host.
        """
        with browser.new_page(color_scheme=theme) as page:
            demandes, fautes = ecouter(page)
            for nom in GUIDE:
                page.goto(origine + nom.removesuffix(".md") + ".html")
                assert page.locator("h1").first.is_visible()
                clair = page.evaluate("getComputedStyle(document.body).backgroundColor")
                assert (clair == "rgb(255, 255, 255)") == (theme == "light")
                for largeur in LARGEURS:
                    page.set_viewport_size({"width": largeur, "height": 900})
                    assert page.evaluate("document.documentElement.scrollWidth") <= largeur, nom
        assert [d for d in demandes if not d.startswith((origine, "data:", "blob:"))] == []
        assert fautes == []

    def test_is_searched_in_french(self, browser: Browser, origine: str) -> None:
        """
        A word is found with or without its accents, and after an elision, on the reader's machine.
        """
        with browser.new_page() as page:
            demandes, fautes = ecouter(page)
            page.goto(origine + "index.html")
            page.keyboard.press("Control+k")
            for mot in ("réessayer", "reessayer", "idempotence", "identité"):
                page.keyboard.press("Control+a")
                page.keyboard.type(mot)
                page.get_by_role("link", name="erreurs").first.wait_for(timeout=5_000)
        assert [d for d in demandes if not d.startswith((origine, "data:", "blob:"))] == []
        assert fautes == []


def ecouter(page: Page) -> tuple[list[str], list[str]]:
    """Note what a page asks for, and what goes wrong in it."""
    demandes: list[str] = []
    fautes: list[str] = []
    page.on("request", lambda r: demandes.append(r.url))
    page.on("pageerror", lambda e: fautes.append(str(e)))
    return demandes, fautes
