"""The known operations, a file each in `operations/`: a process is ready for them at once."""

import asyncio
from importlib.resources import files

from solli_graphql.domain.acteur import Acteur, Espace, Habilitation, Role
from solli_graphql.graphql.executor import Executor, Request

# Who asks decides the SQL: one of each side, on one structure, which is nearly everybody.
CALLERS = (
    (Espace.EMISES, Habilitation(Role.EMETTEUR, 1)),
    (Espace.RECUES, Habilitation(Role.RECEPTEUR, 1)),
    (Espace.SUPPORT, Habilitation(Role.SUPPORT)),
)
PAUSE = 0.01  # seconds between two, for those who ask meanwhile
VARIABLES = {"first": 20, "numero": "S-2026-00000001", "filtre": {"numero": "S-2026-00000001"}}


def operations() -> dict[str, str]:
    """Give the known documents by the name of their operation."""
    folder = files("solli_graphql.graphql") / "operations"
    found = (f for f in folder.iterdir() if f.name.endswith(".graphql"))
    return {f.name.removesuffix(".graphql"): f.read_text("utf-8") for f in found}


async def prepare(executor: Executor) -> None:
    """Compile what the known operations need, without reading or writing anything."""
    dry = executor.dry()
    for text in operations().values():
        for espace, habilitation in CALLERS:
            acteur = Acteur(0, "", "", (habilitation,))
            variables = {**VARIABLES, "espace": str(espace)}
            await asyncio.sleep(PAUSE)
            await dry.execute(acteur, Request(text, variables, read_only=True))
