"""Loads a demonstration elsewhere, for its rows to be copied."""

from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import sqlalchemy as sa

from solli_graphql.db.database import Statement, read
from solli_graphql.db.migrate import migrate
from solli_graphql.db.opening import connect_to, open_migrated
from solli_graphql.demo.chargement import charger, preparer
from solli_graphql.storage import Storage


async def fraiche(
    nombre: int, tables: Sequence[sa.Table], storage: Storage
) -> dict[str, list[dict[str, Any]]]:
    """Load `nombre` sollicitations, the bytes of their attachments too; give the rows, by table."""
    with TemporaryDirectory(prefix="solli-demo-") as dossier:
        url = f"sqlite:///{Path(dossier) / 'demo.db'}"
        await migrate(url)
        db = connect_to(url, pool=1)
        await open_migrated(db)
        try:
            await charger(url, await preparer(db), nombre, lambda _: None, storage=storage)
            lues: dict[sa.Table, list[Any]] = {
                t: await read(db, Statement(sa.select(t))) for t in tables
            }
        finally:
            await db.close()
    return {t.name: [dict(zip(t.columns.keys(), r, strict=True)) for r in lues[t]] for t in lues}
