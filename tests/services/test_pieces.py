"""The life of bytes: kept or collected, judged, copied, on a local directory and on S3."""

import asyncio
import random
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import sqlalchemy as sa

from bombes import archives, polyglottes
from client import Client
from conftest import servir
from fabrique import Affaire, Make
from fichiers import FIN_PDF, PDF, archive, envoyer, lues, preparer, televerser
from magasins import EICAR, faux_clamd, s3, vrai_clamd
from solli_graphql import runtime
from solli_graphql.antivirus import Clamd, Injoignable, Verdict
from solli_graphql.db import models as m
from solli_graphql.db.database import Statement, Tx, read
from solli_graphql.domain.workflow import DestinataireActuel, StatutSollicitation
from solli_graphql.services.effacement import effacer
from solli_graphql.services.pieces import analyser, collecter, copier, verifier
from solli_graphql.settings import Settings
from solli_graphql.storage import Storage, nouvelle_cle

VIEILLIR: Statement[Any] = Statement(
    m.televersement.update().where(
        m.televersement.c.utilisateur_id == sa.bindparam("qui", type_=sa.BigInteger)
    ),
    columns=["date"],
)
CLES: Statement[str] = Statement(
    sa.select(m.piece_jointe.c.cle)
    .where(m.piece_jointe.c.cle.is_not(None))
    .union_all(sa.select(m.televersement.c.cle)),
    str,
)
HIER = datetime.now(UTC) - timedelta(days=1, minutes=1)


async def vieillir(tx: Tx, qui: int) -> None:
    """
    Make the uploads of somebody a day older.
    """
    await tx.write((VIEILLIR, {"qui": qui, "date": HIER}))


@asynccontextmanager
async def ailleurs(
    settings: Settings, make: Make, url: str, **choix: Any
) -> AsyncIterator[tuple[Client, Make, Storage]]:
    """
    Serve the application with another storage.
    """
    async with servir(settings.model_copy(update={"storage_url": url, **choix})) as client:
        ici = Make(client)
        ici.rangs = make.rangs
        yield client, ici, Storage(url)


async def un(octets: bytes) -> AsyncIterator[bytes]:
    yield octets


@pytest.fixture(scope="module")
def bucket() -> Iterator[str]:
    """
    An S3 of our own.
    """
    with s3() as url:
        yield url


@pytest.fixture(params=["local", "s3"])
def magasin(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """
    Each kind of storage in turn, empty of what other tests put there.
    """
    if request.param == "local":
        return f"file://{tmp_path / 'pieces'}"
    return f"{request.getfixturevalue('bucket')}/{tmp_path.name}"


class TestStorage:
    async def test_keeps_bytes(self, magasin: str) -> None:
        """
        What is written is read back, in parts too, until it is removed; removing again is nothing.
        """
        storage, cle = Storage(magasin), nouvelle_cle()
        assert await storage.pret()
        assert await storage.cles() == []
        octets = random.Random(2).randbytes(1_300_000)  # noqa: S311 - an example
        await storage.ecrire(cle, un(octets))
        assert await storage.taille(cle) == len(octets)
        assert b"".join([b async for b in storage.lire(cle, 0, len(octets))]) == octets
        assert b"".join([b async for b in storage.lire(cle, 7, 600_000)]) == octets[7:600_000]
        assert await storage.cles() == [cle]
        for _ in range(2):
            await storage.retirer(cle)
        assert await storage.taille(cle) is None
        with pytest.raises(FileNotFoundError):
            _ = [b async for b in storage.lire(cle, 0, 3)]

    async def test_is_not_ready_where_it_cannot_be(self, tmp_path: Path) -> None:
        """
        A file in the place of the directory, or an S3 that does not answer, is not ready.
        """
        (tmp_path / "occupe").write_bytes(b"")
        assert not await Storage(f"file://{tmp_path / 'occupe' / 'pieces'}").pret()
        assert await Storage(f"file://{tmp_path / 'a' / 'b'}").pret()
        assert not (tmp_path / "a").exists()


async def joindre(client: Client, make: Make, octets: bytes = PDF, **champs: Any) -> Affaire:
    """
    Make a sollicitation and join a file to it.
    """
    a = await make.affaire()
    gid = await televerser(client, a.recepteur, octets, **champs)
    fait = await make.tenter(a, "DEMANDE_INFORMATION", a.recepteur, piecesJointes=[gid])
    assert fait["__typename"] == "ActionPriseEnCompte", fait
    return a


class TestCollecter:
    async def test_removes_what_was_given_up(
        self, settings: Settings, make: Make, tmp_path: Path
    ) -> None:
        """
        After a day an upload joined to nothing is gone, with its bytes; what is joined stays.
        """
        async with ailleurs(settings, make, f"file://{tmp_path}") as (client, ici, storage):
            a = await joindre(client, ici)
            gid = await televerser(client, a.recepteur)
            await preparer(client, a.recepteur)
            assert len(await storage.cles()) == 2
            await collecter(client.db, storage)
            assert len(await storage.cles()) == 2

            await client.db.write(vieillir, a.recepteur.id)
            assert await collecter(client.db, storage) == 2

            assert len(await storage.cles()) == 1
            assert await collecter(client.db, storage) == 0
            b = await ici.autre(a)
            membre = await ici.tenter(b, "RESOLUE", a.recepteur, piecesJointes=[gid])
            assert membre["erreurs"][0]["code"] == "INCONNU"
            (piece,) = await lues(client, a.recepteur, a.gid)
            assert (await client.http.get(piece["url"])).content == PDF

    async def test_sweeps_what_a_killed_process_left(self, tmp_path: Path) -> None:
        """
        A file that never came whole is removed after a day, not before.
        """
        storage = Storage(f"file://{tmp_path}")
        (tmp_path / "depots").mkdir()
        (tmp_path / "depots" / "reste").write_bytes(b"%PDF")
        assert await storage.balayer(HIER) == 0
        assert await storage.balayer(datetime.now(UTC) + timedelta(seconds=5)) == 1
        assert await storage.cles() == []

    async def test_takes_an_erased_persons_files(
        self, settings: Settings, make: Make, tmp_path: Path
    ) -> None:
        """
        Erasing a person takes the names and the bytes of the files that they joined (P2).
        """
        async with ailleurs(settings, make, f"file://{tmp_path}") as (client, ici, storage):
            a = await ici.affaire(
                StatutSollicitation.EN_ATTENTE_INFORMATIONS, DestinataireActuel.STRUCTURE
            )
            gid = await televerser(client, a.emetteur, nom="Dupont Jean.pdf")
            await ici.tenter(a, "REPONDRE_COMPLEMENT", a.emetteur, piecesJointes=[gid])
            await ici.geste(a, "RESOLUE")
            demain = datetime.now(UTC) + timedelta(days=1)
            await effacer(client.db, a.emetteur.courriel, demain, lambda _: None)
            await collecter(client.db, storage)

            assert await storage.cles() == []
            (piece,) = await lues(client, a.recepteur, a.gid)
            assert (piece["nomFichier"], piece["etat"]) == ("[effacé]", "REFUSEE")
            assert (piece["url"], piece["ajouteePar"]["nom"]) == (None, "[effacé]")

    async def test_copies_what_rows_name(
        self, settings: Settings, make: Make, tmp_path: Path
    ) -> None:
        """
        A copy holds what the rows name; what lacks is counted, and `verifier` names it.
        """
        la = Storage(f"file://{tmp_path / 'la'}")
        async with ailleurs(settings, make, f"file://{tmp_path / 'ici'}") as (client, ici, storage):
            await joindre(client, ici)
            copiees, _ = await copier(client.db, storage, la)
            assert copiees >= 1
            (cle,) = await storage.cles()
            assert await la.cles() == [cle]
            await la.retirer(cle)
            fautes: list[str] = []
            await verifier(client.db, la, fautes.append)
            assert all("manque" in f for f in fautes)
            assert fautes


class TestAntivirus:
    async def test_judges(
        self, settings: Settings, make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """
        A sound file becomes available to all; one in which something is found, to nobody.
        """
        monkeypatch.setattr(runtime, "ANALYSE", 0.1)
        async with (
            faux_clamd() as (url, clamd),
            ailleurs(settings, make, f"file://{tmp_path}", clamd_url=url) as (client, ici, storage),
        ):
            sain = await joindre(client, ici)
            malade = await joindre(client, ici, EICAR, nom="x.txt", typeMime="text/plain")
            for _ in range(100):
                if await etats(client, sain, malade) == ["DISPONIBLE", "REFUSEE"]:
                    break
                await asyncio.sleep(0.1)
            (piece,) = await lues(client, malade.recepteur, malade.gid)
            assert piece["url"] is None
            assert {PDF, EICAR} <= set(clamd.vus)
            await collecter(client.db, storage)
            assert len(await storage.cles()) == 1

    async def test_is_asked_again(self, settings: Settings, make: Make, tmp_path: Path) -> None:
        """
        As long as there is no verdict a file stays as it is, and is judged the next time.
        """
        choix = {"clamd_url": "tcp://127.0.0.1:1"}
        async with (
            faux_clamd() as (url, clamd),
            ailleurs(settings, make, f"file://{tmp_path}", **choix) as (client, ici, storage),
        ):
            a = await joindre(client, ici)
            clamd.muet = True
            for antivirus in (Clamd("tcp://127.0.0.1:1"), Clamd("unix:///nulle/part")):
                with pytest.raises(Injoignable):
                    await analyser(client.db, storage, antivirus)
            await analyser(client.db, storage, Clamd(url))
            assert await etats(client, a) == ["EN_ANALYSE"]
            clamd.muet = False
            await analyser(client.db, storage, Clamd(url))
            assert await etats(client, a) == ["DISPONIBLE"]

    async def test_of_debian(
        self,
        settings: Settings,
        make: Make,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
        request: pytest.FixtureRequest,
    ) -> None:
        """
        The real clamd, with a signature of ours, finds EICAR, in a zip too, and nothing else (F5).
        """
        if not request.config.getoption("--clamd"):
            pytest.skip("asked for by --clamd")
        monkeypatch.setattr(runtime, "ANALYSE", 0.1)
        async with (
            vrai_clamd(tmp_path) as url,
            ailleurs(settings, make, f"file://{tmp_path / 'p'}", clamd_url=url) as (client, ici, _),
        ):
            gros = b"%PDF-1.7\n" + b"a" * 9_000_000 + FIN_PDF
            sains = [await joindre(client, ici, octets) for octets in (PDF, gros)]
            zippe = archive("eicar.com", premier=EICAR)
            malades = [
                await joindre(client, ici, EICAR, nom="x.txt", typeMime="text/plain"),
                await joindre(client, ici, zippe, nom="x.zip", typeMime="application/zip"),
            ]
            attendus = ["DISPONIBLE"] * len(sains) + ["REFUSEE"] * len(malades)
            for _ in range(300):
                if (vus := await etats(client, *sains, *malades)) == attendus:
                    break
                await asyncio.sleep(0.1)
            assert vus == attendus
            for a in malades:
                (piece,) = await lues(client, a.recepteur, a.gid)
                assert piece["url"] is None

    async def test_of_debian_reads_hostile_files(
        self, tmp_path: Path, request: pytest.FixtureRequest
    ) -> None:
        """
        The real clamd gives a verdict on every polyglot and archive, bombs too.
        """
        if not request.config.getoption("--clamd"):
            pytest.skip("asked for by --clamd")
        async with vrai_clamd(tmp_path) as url:
            clamd = Clamd(url)
            verdicts = {c.nom: await clamd.juger(un(c.octets)) for c in polyglottes() + archives()}
        assert [n for n, v in verdicts.items() if v is Verdict.INFECTE] == ["eicar"]


async def etats(client: Client, *affaires: Affaire) -> list[str]:
    """
    Tell the state of the attachment of each.
    """
    return [(await lues(client, a.recepteur, a.gid))[0]["etat"] for a in affaires]


class TestS3:
    async def test_is_sent_to_directly(
        self, settings: Settings, make: Make, bucket: str, tmp_path: Path
    ) -> None:
        """
        The bytes go to the store by a presigned URL, are checked when joined, and come by us.
        """
        async with ailleurs(settings, make, f"{bucket}/{tmp_path.name}") as (client, ici, storage):
            a = await ici.affaire()
            t = (await preparer(client, a.recepteur))["televersement"]
            assert t["url"].startswith("http://127.0.0.1")
            membre = await ici.tenter(a, "RESOLUE", a.recepteur, piecesJointes=[t["id"]])
            assert membre["erreurs"][0]["code"] == "INCONNU"
            assert await deposer(t, PDF) == 200
            await ici.tenter(a, "RESOLUE", a.recepteur, piecesJointes=[t["id"]])
            (piece,) = await lues(client, a.emetteur, a.gid)
            assert piece["url"].startswith("/telechargements/")
            assert (await client.http.get(piece["url"])).content == PDF
            # The URL still opens: what is sent there again reaches nothing.
            assert await deposer(t, b"%PDF-autre chose") == 200
            assert (await client.http.get(piece["url"])).content == PDF
            fin = datetime.now(UTC) + timedelta(minutes=1)
            assert await storage.balayer(fin) == 1
            assert len(await storage.cles()) == 1

    async def test_too_large_a_body_is_collected_at_once(
        self, settings: Settings, make: Make, bucket: str, tmp_path: Path
    ) -> None:
        """
        What is larger than a file may be, and joined to nothing, does not wait for a day.
        """
        url = f"{bucket}/{tmp_path.name}"
        async with ailleurs(settings, make, url) as (client, ici, storage):
            a = await ici.affaire()
            for octets in (PDF, PDF * 100):
                t = (await preparer(client, a.recepteur))["televersement"]
                assert await deposer(t, octets) == 200
            await collecter(client.db, storage, plafond=len(PDF))
            (reste,) = await storage.cles()
            assert await storage.taille(reste) == len(PDF)

    @pytest.mark.parametrize("octets", [PDF + b"x", PDF[:-1] + b"x", b"MZ" + PDF[2:], b""])
    async def test_of_other_bytes(
        self, settings: Settings, make: Make, bucket: str, tmp_path: Path, octets: bytes
    ) -> None:
        """
        What is not as announced is refused when it is joined, and nothing of it is kept.
        """
        url = f"{bucket}/{tmp_path.name}"
        async with ailleurs(settings, make, url) as (client, ici, storage):
            a = await ici.affaire()
            t = (await preparer(client, a.recepteur))["televersement"]
            await deposer(t, octets)
            membre = await ici.tenter(a, "RESOLUE", a.recepteur, piecesJointes=[t["id"]])
            assert [(e["champ"], e["code"]) for e in membre["erreurs"]] == [
                ("piecesJointes", "FORMAT"),
                ("piecesJointes", "INCONNU"),
            ][: len(membre["erreurs"])]
            assert await storage.cles() == []


async def deposer(televersement: Any, octets: bytes) -> int:
    """
    Send bytes to the store itself.
    """
    entetes = {e["nom"]: e["valeur"] for e in televersement["entetes"]}
    async with httpx.AsyncClient() as http:
        r = await http.put(televersement["url"], content=octets, headers=entetes)
    return r.status_code


class TestMany:
    async def test_uploads_leave_no_orphan(
        self, settings: Settings, make: Make, magasin: str, request: pytest.FixtureRequest
    ) -> None:
        """
        Of many uploads, half of them cut or false, only those that are joined are left (F1).
        """
        combien, hasard = request.config.getoption("--fichiers"), random.Random(8)  # noqa: S311
        async with ailleurs(settings, make, magasin) as (client, ici, storage):
            gens: list[Affaire] = []
            for rang in range(combien):
                gens.append(await (ici.autre(gens[-1]) if rang % 8 else ici.affaire()))
                await essayer(client, ici, gens[-1], hasard, direct=storage.direct)
            for a in gens:
                await client.db.write(vieillir, a.recepteur.id)
            await collecter(client.db, storage)
            await storage.balayer(datetime.now(UTC) + timedelta(minutes=1))

            nommees = set(await read(client.db, CLES))
            restes = set(await storage.cles())
            joints = [p for a in gens for p in await lues(client, a.recepteur, a.gid)]
            assert restes <= nommees
            assert len(restes) == len(joints) > 0
            fautes: list[str] = []
            await verifier(client.db, storage, fautes.append)
            assert not [f for f in fautes if "manque" not in f]  # other tests have other stores


async def essayer(client: Client, make: Make, a: Affaire, hasard: Any, *, direct: bool) -> None:
    """
    Send a file, well or badly, and join it.
    """
    octets = b"%PDF-1.7\n" + hasard.randbytes(hasard.randint(1, 200_000)) + FIN_PDF
    t = (await preparer(client, a.recepteur, octets))["televersement"]
    moitie = octets[: len(octets) // 2]
    envoyes = hasard.choice((octets, octets, octets, octets[:-1], octets + b"x", moitie))
    if direct:
        if hasard.random() < 0.9:
            await deposer(t, envoyes)
    else:
        await envoyer(client, t["url"], coupe(envoyes) if hasard.random() < 0.2 else envoyes)
    membre = await make.tenter(a, "DEMANDE_INFORMATION", a.recepteur, piecesJointes=[t["id"]])
    joint = membre["__typename"] == "ActionPriseEnCompte"
    assert not joint or envoyes == octets


async def coupe(octets: bytes) -> AsyncIterator[bytes]:
    """
    Send half, then go away.
    """
    yield octets[: len(octets) // 2]
    raise ConnectionResetError
