"""`solli migrate`."""

from pathlib import Path

from commandes import Solli, done, tables


class TestMigrate:
    async def test_twice(self, empty_url: str, solli: Solli) -> None:
        """
        The first migrate makes the database, the second changes nothing and says so.
        """
        first = done(await solli("migrate", url=empty_url, mode="production"))
        before = await tables(empty_url)
        second = done(await solli("migrate", url=empty_url, mode="production"))
        assert (first.stdout, second.stdout) == ("", "")
        assert "prête" in first.stderr
        assert "déjà à jour" in second.stderr
        assert await tables(empty_url) == before

    async def test_makes_the_folders(self, tmp_path: Path, solli: Solli) -> None:
        """
        The folders of an SQLite file are made where they are missing.
        """
        url = f"sqlite:///{tmp_path / 'a' / 'b' / 'solli.db'}"
        done(await solli("migrate", url=url))
        assert (await tables(url))["sollicitation"] == []
