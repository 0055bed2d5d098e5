"""An export as a stream of bytes: rows of one snapshot, through the writer of its format."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from typing import Any

from solli_graphql.db.database import Database
from solli_graphql.domain.acteur import Acteur
from solli_graphql.domain.errors import Occupe
from solli_graphql.domain.workflow import ROLES_DE_L_ACTION, Action
from solli_graphql.exports.tableur import Ecrivain, ecrivain
from solli_graphql.graphql.lignes import Lignes
from solli_graphql.services.exports import Demande

Octets = AsyncGenerator[bytes, None]
TRAITANTS = ROLES_DE_L_ACTION[Action.TRAITER]


def _rien(_: int) -> None:
    """Tell nobody how many rows were written."""


class Flux:
    """Streams exports, so many at once: each holds a connection of its own."""

    def __init__(self, db: Database, lignes: Lignes, places: int) -> None:
        self._db, self._lignes, self._places = db, lignes, places
        self.en_cours = 0

    async def ouvrir(self, acteur: Acteur, demande: Demande) -> Octets:
        """
        Begin an export: its first rows are read, so that what fails at once is told at once.

        Raises Occupe when there is no place, and what reading raises. Whoever opens it closes it.
        """
        if self.en_cours >= self._places:
            raise Occupe
        octets = self.octets(acteur, demande)
        debut = await anext(octets, b"")
        return _suite(debut, octets)

    async def octets(
        self, acteur: Acteur, demande: Demande, avance: Callable[[int], None] = _rien
    ) -> Octets:
        """Give the bytes; closing frees the connection and the place."""
        self.en_cours += 1
        sortie = None
        try:
            traitant = bool(acteur.roles & TRAITANTS)
            sortie = await asyncio.to_thread(ecrivain, demande.format, traitant=traitant)
            async with (
                self._db.snapshot() as source,
                aclosing(self._lignes.lire(acteur, demande, source)) as lots,
            ):
                async for lot in lots:
                    ecrits, nombre = await _sur_un_fil(_ecrire, sortie, lot)
                    yield ecrits
                    avance(nombre)
            fin = sortie.fin()
            while (morceau := await _sur_un_fil(next, fin, None)) is not None:
                yield morceau
        finally:
            self.en_cours -= 1
            if sortie is not None:
                sortie.close()


async def _sur_un_fil(travail: Callable[..., Any], *args: Any) -> Any:
    """Work on a thread, to its end whatever happens: what it works on can then be closed."""
    fil = asyncio.ensure_future(asyncio.to_thread(travail, *args))
    try:
        return await asyncio.shield(fil)
    except asyncio.CancelledError:
        await asyncio.wait([fil])
        raise


def _ecrire(sortie: Ecrivain, lot: Callable[[], list[dict[str, Any]]]) -> tuple[bytes, int]:
    """Build rows and write them; give the bytes that are ready, and how many rows they were."""
    lignes = lot()
    return sortie.lot(lignes), len(lignes)


async def _suite(debut: bytes, octets: Octets) -> Octets:
    """Give back what was read ahead, then the rest."""
    async with aclosing(octets):
        yield debut
        async for morceau in octets:
            yield morceau
