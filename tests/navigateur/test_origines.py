"""A page of another origin, in a real browser: by one setting it may call the API."""

import os
import threading
from collections.abc import Iterator
from functools import partial
from hashlib import sha256
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import async_playwright

from chromium import CHROMIUM, FLAGS
from conftest import servir
from documents import TRAITER
from fabrique import Make
from fichiers import PDF, PREPARER
from prises import listening
from solli_graphql.db.migrate import migrate
from solli_graphql.settings import Mode, Settings

pytestmark = pytest.mark.skipif(
    not (CHROMIUM or os.environ.get("CI")), reason="no Chromium is installed"
)
# What a page does: send a file, join it to an answer, read the PDF; then lose its token.
PAGE = """async ({ api, jeton, id, fichier, octets, PREPARER, TRAITER }) => {
  const demander = async (query, variables, bearer = jeton) => {
    const headers = {
      authorization: `Bearer ${bearer}`,
      "content-type": "application/json",
      "idempotency-key": query === TRAITER ? "une-cle-de-16-caracteres" : crypto.randomUUID(),
    };
    const body = JSON.stringify({ query, variables });
    return (await fetch(`${api}/graphql`, { method: "POST", headers, body })).json();
  };
  try {
    const { preparerTeleversement } = (await demander(PREPARER, { input: fichier })).data;
    const { id: piece, url, methode, entetes } = preparerTeleversement.televersement;
    const headers = Object.fromEntries(entetes.map((e) => [e.nom, e.valeur]));
    const body = new TextEncoder().encode(octets);
    const envoi = await fetch(new URL(url, api), { method: methode, headers, body });
    const input = { id, statut: "RESOLUE", miseAJour: "Voici.", piecesJointes: [piece] };
    const { traiter } = (await demander(TRAITER, { input })).data;
    const lire = "query($id: ID!) { node(id: $id) { ... on Sollicitation { pdfUrl } } }";
    const { node } = (await demander(lire, { id })).data;
    const pdf = await (await fetch(new URL(node.pdfUrl, api))).text();
    const { errors } = await demander("{ moi { id } }", {}, "faux");
    return [envoi.status, traiter.__typename, pdf.slice(0, 5), errors[0].extensions.code];
  } catch (e) {
    return [e.name];
  }
}"""


@pytest.fixture
def origine(tmp_path: Path) -> Iterator[str]:
    """
    A site of somebody else's, with one empty page.
    """
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "index.html").write_text("<!doctype html><title>Portail</title>")
    service = partial(SimpleHTTPRequestHandler, directory=str(tmp_path / "site"))
    with ThreadingHTTPServer(("127.0.0.1", 0), service) as site:
        thread = threading.Thread(target=site.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{site.server_port}"
        site.shutdown()
        thread.join()


async def agir(origine: str, **donne: Any) -> list[Any]:
    """Do all of it from a page of that origin."""
    async with async_playwright() as playwright:
        navigateur = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = await navigateur.new_page()
        await page.goto(origine)
        fait: list[Any] = await page.evaluate(PAGE, donne)
        await navigateur.close()
        return fait


@pytest.mark.parametrize("admise", [True, False])
async def test_a_page_of_another_origin(tmp_path: Path, origine: str, *, admise: bool) -> None:
    """
    It reads, writes, sends and downloads where SOLLI_ORIGINES names it, and is refused otherwise.
    """
    url = f"sqlite:///{tmp_path / 'origines.db'}"
    await migrate(url)
    origines = f"https://portail.example,{origine}" if admise else "https://portail.example"
    settings = Settings(mode=Mode.DEMO, database_url=url, origines=origines, _env_file=None)
    fichier = {"nomFichier": "a.pdf", "typeMime": "application/pdf", "taille": len(PDF)}
    async with servir(settings) as client:
        s = await Make(client).affaire()
        with listening(settings) as server:
            fait = await agir(
                origine,
                api=f"http://127.0.0.1:{server.port}",
                jeton=client.jeton(s.recepteur.courriel),
                id=s.gid,
                fichier={**fichier, "sha256": sha256(PDF).hexdigest()},
                octets=PDF.decode(),
                PREPARER=PREPARER,
                TRAITER=TRAITER,
            )
    attendu = [204, "ActionPriseEnCompte", "%PDF-", "NON_AUTHENTIFIE"]
    assert fait == (attendu if admise else ["TypeError"])
