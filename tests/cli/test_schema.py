"""`solli schema`."""

from pathlib import Path

from commandes import Solli, done

RACINE = Path(__file__).parents[2]


class TestSchema:
    async def test_is_the_committed_one(self, solli: Solli) -> None:
        """
        `solli schema` prints schema.graphql, and needs no setting.
        """
        printed = done(await solli("schema", mode="production")).stdout
        assert printed == (RACINE / "schema.graphql").read_text(encoding="utf-8")
