"""`solli effacer-personne`."""

from pathlib import Path

import sqlalchemy as sa

from commandes import Solli, copier, done, refused
from solli_graphql.db import models as m
from solli_graphql.db.migrate import on

QUI = "emetteur@demo.example"


class TestEffacerPersonne:
    async def test_erases_and_still_verifies(
        self, modele: str, tmp_path: Path, solli: Solli
    ) -> None:
        """
        A person is erased after a confirmation; the histories are still without a fault.
        """
        url = await copier(modele, tmp_path)
        answer = done(await solli("effacer-personne", QUI, "--oui", url=url, **TOUT))
        assert "sollicitations effacées" in answer.stderr
        done(await solli("verify", url=url))
        s, u = m.sollicitation.c, m.utilisateur.c
        erased = sa.select(sa.func.count()).where(s.description == "[effacé]")
        account = sa.select(sa.func.count()).where(u.courriel == QUI, u.actif)
        counts = await on(url, lambda c: [c.execute(x).scalar_one() for x in (erased, account)])
        assert (counts[0] > 0, counts[1]) == (True, 0)

    async def test_asks_first(self, modele: str, tmp_path: Path, solli: Solli) -> None:
        """
        Without a yes nothing is erased.
        """
        url = await copier(modele, tmp_path)
        head = done(await solli("verify", "--head", url=url)).stdout
        assert (await solli("effacer-personne", QUI, url=url, **TOUT)).exit_code == 1
        assert done(await solli("verify", "--head", url=url)).stdout == head

    async def test_keeps_what_is_recent(self, modele: str, tmp_path: Path, solli: Solli) -> None:
        """
        By default what was closed within five years stays, and the answer says so.
        """
        url = await copier(modele, tmp_path)
        answer = done(await solli("effacer-personne", QUI, "--oui", url=url))
        assert answer.stderr.splitlines()[-1].startswith("0 sollicitations effacées")

    async def test_an_address_that_nobody_has(
        self, modele: str, tmp_path: Path, solli: Solli
    ) -> None:
        """
        An address that is not one, or that names nobody, is refused in French.
        """
        url = await copier(modele, tmp_path)
        for address in ("personne", "personne@demo.example"):
            refused(await solli("effacer-personne", address, "--oui", url=url))


TOUT = {"SOLLI_CONSERVATION_JOURS": "0"}
