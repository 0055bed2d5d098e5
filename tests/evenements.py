"""The security events that a server wrote, read back."""

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from client import Compte
from solli_graphql.domain import pseudonymes
from solli_graphql.logs import PAUSE


class Evenements:
    """The events of a file, from now on."""

    def __init__(
        self, path: Path, secret: bytes, dire: Callable[[], None] | None = None, depuis: int = -1
    ) -> None:
        self._path, self._secret, self._dire = path, secret, dire
        self._before = len(self._read()) if depuis < 0 else depuis

    def encore(self) -> "Evenements":
        """Give those from now on."""
        if self._dire:
            self._dire()
        return Evenements(self._path, self._secret, self._dire)

    async def lus(self, *actions: str) -> list[dict[str, Any]]:
        """Have what is on its way written; give the events of these actions, or all of them."""
        if self._dire:
            self._dire()
        else:
            await asyncio.sleep(2 * PAUSE)
        found = [json.loads(line) for line in self._read()[self._before :]]
        return [e for e in found if not actions or e["action"] in actions]

    def texte(self) -> str:
        """Give all that was written."""
        return "\n".join(self._read()[self._before :])

    def qui(self, compte: Compte) -> str:
        """Give the name that somebody has here."""
        return pseudonymes.utilisateur(compte.id, self._secret)

    def _read(self) -> list[str]:
        return self._path.read_text().splitlines() if self._path.exists() else []
