"""Hostile files that are kept leave as what they were announced as, and are never looked into."""

from pathlib import Path

import httpx
import pytest

from bombes import archives, polyglottes
from client import Client, Compte
from conftest import servir
from fabrique import Make
from fichiers import lues, televerser
from polyglottes import Cas
from solli_graphql.domain.formats import EXTENSIONS
from solli_graphql.settings import Settings

GARDES = [c for c in polyglottes() + archives() if c.garde]
LOT = 10  # files of one sollicitation


async def envoyer(client: Client, par: Compte, rang: int, cas: Cas) -> str:
    """
    Announce and send a file under a name of its rank that ends as a program's.
    """
    mime = EXTENSIONS[cas.extension].mime
    return await televerser(client, par, cas.octets, f"{rang}.html.exe", typeMime=mime)


def inoffensif(r: httpx.Response, cas: Cas) -> bool:
    """
    Tell whether a response can only be kept, as the type that it was announced as.
    """
    politique = r.headers["content-security-policy"]
    return (
        r.content == cas.octets
        and r.headers["content-type"].partition(";")[0] == EXTENSIONS[cas.extension].mime
        and r.headers["content-disposition"].startswith("attachment;")
        and r.headers["content-disposition"].endswith(f".html.exe.{cas.extension}")
        and r.headers["x-content-type-options"] == "nosniff"
        and politique == "default-src 'none'; sandbox"
    )


def contenus(dossier: Path) -> list[bytes]:
    """
    Read all that was stored.
    """
    return sorted(p.read_bytes() for p in dossier.rglob("*") if p.is_file())


@pytest.mark.parametrize("debut", range(0, len(GARDES), LOT))
async def test_are_attachments_of_their_type(
    settings: Settings, make: Make, tmp_path: Path, debut: int
) -> None:
    """
    What is kept comes back byte for byte, as a download of its type that runs nothing (F3, F4).
    """
    lot = GARDES[debut : debut + LOT]
    stockage = {"storage_url": f"file://{tmp_path}", "cout_capacite": 0}
    async with servir(settings.model_copy(update=stockage)) as client:
        ici = Make(client)
        ici.rangs = make.rangs
        a = await ici.affaire()
        gids = [await envoyer(client, a.recepteur, n, c) for n, c in enumerate(lot)]
        await ici.tenter(a, "RESOLUE", a.recepteur, piecesJointes=gids)
        pieces = await lues(client, a.emetteur, a.gid)
        liens = {int(p["nomFichier"].partition(".")[0]): p["url"] for p in pieces}
        recus = [await client.http.get(liens[n]) for n in range(len(lot))]
    assert [c.nom for r, c in zip(recus, lot, strict=True) if not inoffensif(r, c)] == []
    assert contenus(tmp_path) == sorted(c.octets for c in lot)
