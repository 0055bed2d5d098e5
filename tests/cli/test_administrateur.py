"""`solli administrateur creer`."""

import json
from pathlib import Path

import pytest

from commandes import Solli, done, refused, tables


class TestAdministrateur:
    async def test_twice(self, empty_url: str, solli: Solli) -> None:
        """
        Somebody is made administrator once; a second time changes nothing and says so.
        """
        done(await solli("migrate", url=empty_url))
        args = ("administrateur", "creer", "Chef@Portail.example", "--nom", "Chef")
        first = done(await solli(*args, url=empty_url, mode="production"))
        made = await tables(empty_url)
        second = done(await solli(*args, url=empty_url, mode="production"))
        assert "est administrateur" in first.stderr
        assert "était déjà administrateur" in second.stderr
        assert made["utilisateur"] == [(1, "chef@portail.example", "Chef", "", None, None, True)]
        assert made["habilitation"] == [(1, 1, "ADMINISTRATEUR", None)]
        assert await tables(empty_url) == made

    async def test_leaves_a_security_event(self, migre: str, solli: Solli, tmp_path: Path) -> None:
        """
        An administrator that is made leaves an event in its file, or is not made without it.
        """
        journal = tmp_path / "securite.jsonl"
        args = ("administrateur", "creer", "chef@portail.example")
        for _ in range(2):
            done(await solli(*args, url=migre, SOLLI_JOURNAL_SECURITE=str(journal)))
        (ligne,) = journal.read_text().splitlines()
        evenement = json.loads(ligne)
        assert (evenement["action"], evenement["acteur"]) == ("CREER_ADMINISTRATEUR", None)
        assert "chef" not in ligne
        ailleurs = str(tmp_path / "absent" / "securite.jsonl")
        autre = ("administrateur", "creer", "autre@portail.example")
        assert ailleurs in refused(await solli(*autre, url=migre, SOLLI_JOURNAL_SECURITE=ailleurs))
        assert len((await tables(migre))["utilisateur"]) == 1

    async def test_bound_from_the_start(self, empty_url: str, solli: Solli) -> None:
        """
        The first administrator can be bound at once to their subject at the identity provider.
        """
        done(await solli("migrate", url=empty_url))
        args = ("administrateur", "creer", "chef@portail.example", "--sujet", "abc-123")
        done(await solli(*args, url=empty_url, mode="production"))
        ((*_, sujet, client, actif),) = (await tables(empty_url))["utilisateur"]
        assert (sujet, client, actif) == ("abc-123", None, True)

    @pytest.mark.parametrize("courriel", ["", "x", "a@b", "a b@c.example", "a@c.example\0", "é@"])
    async def test_a_bad_address_is_refused(self, migre: str, solli: Solli, courriel: str) -> None:
        """
        An address that is none is refused, and nobody is made.
        """
        said = refused(await solli("administrateur", "creer", courriel, url=migre))
        assert "courriel" in said
        assert (await tables(migre))["utilisateur"] == []
