"""`solli token`."""

import base64
import re

import pytest

from commandes import Solli, done, refused


class TestToken:
    async def test_is_alone_on_standard_output(self, demo_url: str, solli: Solli) -> None:
        """
        A token stands alone on standard output.
        """
        result = done(await solli("token", "recepteur@demo.example", url=demo_url))
        assert re.fullmatch(r"[\w-]+\.[\w-]+\.[\w-]+\n", result.stdout)

    async def test_that_only_reads(self, demo_url: str, solli: Solli) -> None:
        """
        A token may be asked for that only reads.
        """
        result = done(await solli("token", "admin@demo.example", "--lecture", url=demo_url))
        claims = result.stdout.split(".")[1]
        assert b'"scope":"solli:lecture"' in base64.urlsafe_b64decode(claims + "==")

    async def test_of_nobody_is_refused(self, migre: str, solli: Solli) -> None:
        """
        An unknown account is refused, and the known ones are named.
        """
        result = await solli("token", "personne@demo.example", url=migre)
        assert result.stdout == ""
        assert "recepteur@demo.example" in refused(result)

    async def test_is_refused_in_production(self, demo_url: str, solli: Solli) -> None:
        """
        No token is signed in production, even for an account that exists.
        """
        result = await solli("token", "admin@demo.example", url=demo_url, mode="production")
        assert result.stdout == ""
        assert "production" in refused(result)

    @pytest.mark.parametrize("minutes", [0, -1, 61, "x", 1.5])
    async def test_bounds(self, solli: Solli, minutes: object) -> None:
        """
        A token lasts from 1 to 60 minutes.
        """
        result = await solli("token", "admin@demo.example", "--minutes", minutes)
        assert (result.exit_code, result.stdout) == (2, "")
