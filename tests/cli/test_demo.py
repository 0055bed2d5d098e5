"""`solli demo`: the same world each time, and only once."""

from pathlib import Path

import pytest
import sqlalchemy as sa

from commandes import Solli, done, execute, one, refused, tables
from conftest import new_database
from solli_graphql.db import models as m
from solli_graphql.db.opening import SQLITE


class TestDemo:
    @pytest.mark.parametrize("nombre", [30, 500])
    async def test_is_reproducible_on_both_engines(
        self, tmp_path: Path, postgres: str, solli: Solli, nombre: int
    ) -> None:
        """
        Two demonstrations are equal table by table, on SQLite and on PostgreSQL.
        """
        urls = [f"sqlite:///{tmp_path / 'a.db'}", f"sqlite:///{tmp_path / 'b.db'}"]
        urls.append(await new_database(postgres))
        for url in urls:
            done(await solli("demo", "--sollicitations", nombre, url=url))
        first, second, third = [await tables(url) for url in urls]
        assert len(first["sollicitation"]) == nombre
        assert first == second
        for other in (first, third):
            other.pop("compteur")  # PostgreSQL counts with a sequence
        assert first == third

    async def test_loads_500_by_default_and_only_once(self, empty_url: str, solli: Solli) -> None:
        """
        Without a number there are 500; on a filled database nothing changes, and it says so.
        """
        first = done(await solli("demo", url=empty_url))
        before = await tables(empty_url)
        second = done(await solli("demo", "--sollicitations", 30, url=empty_url))
        assert len(before["sollicitation"]) == 500
        assert "500 sollicitations" in first.stderr
        assert "rien n'a été changé" in second.stderr
        assert await tables(empty_url) == before

    async def test_reset_keeps_tokens(self, demo_url: str, solli: Solli) -> None:
        """
        --reset rebuilds everything but the key that signs tokens, so that they stay valid.
        """
        cle = sa.select(m.cle.c.valeur).where(m.cle.c.nom == "jetons_demo")
        key = await one(demo_url, cle)
        await execute(demo_url, m.sollicitation.update().values(description="Autre"))
        done(await solli("demo", "--reset", "--sollicitations", 31, url=demo_url))
        count = sa.select(sa.func.count()).select_from(m.sollicitation)
        changed = count.where(m.sollicitation.c.description == "Autre")
        assert await one(demo_url, cle) == key
        assert await one(demo_url, count) == 31
        assert await one(demo_url, changed) == 0
        done(await solli("verify", url=demo_url))

    async def test_reset_is_refused_in_production(self, demo_url: str, solli: Solli) -> None:
        """
        --reset is refused in production, and nothing changes.
        """
        before = await tables(demo_url)
        said = refused(await solli("demo", "--reset", url=demo_url, mode="production"))
        assert "production" in said
        assert await tables(demo_url) == before

    @pytest.mark.parametrize("nombre", [0, -1, 10_000_001, "beaucoup"])
    async def test_bounds(self, solli: Solli, nombre: object) -> None:
        """
        The number of sollicitations has bounds.
        """
        result = await solli("demo", "--sollicitations", nombre)
        assert result.exit_code == 2

    async def test_the_next_number_follows(self, demo_url: str) -> None:
        """
        The first sollicitation submitted to a demonstration takes the number after its last.
        """
        if demo_url.startswith(SQLITE):
            following = (
                await one(
                    demo_url,
                    sa.select(m.compteur.c.valeur).where(m.compteur.c.nom == "sollicitation"),
                )
                + 1
            )
        else:
            following = await one(demo_url, sa.text("SELECT nextval('sollicitation_numero')"))
        assert following == 41
