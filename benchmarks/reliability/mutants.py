"""Servers with one fault planted, so that each benchmark is seen to fail: NAME serve …."""

import sys
from collections.abc import Callable
from typing import Any

import sqlalchemy as sa

from solli_graphql.cli import main
from solli_graphql.db import commandes
from solli_graphql.db.sqlite import Sqlite
from solli_graphql.domain import workflow
from solli_graphql.services import sollicitations


def no_version() -> None:
    """Never compare the expected version."""
    franchir = workflow.franchir

    def lax(etat: Any, geste: Any) -> Any:
        return franchir(etat, workflow.Geste(geste.action, geste.choix, geste.texte))

    vars(sollicitations)["franchir"] = lax


def no_lock() -> None:
    """Read the row without locking it (PostgreSQL)."""
    sa.Select.with_for_update = lambda self, **_: self  # type: ignore[method-assign]


def no_key() -> None:
    """Forget every idempotency key."""

    async def never(*_: Any) -> None:
        return None

    vars(sollicitations)["deja"] = never
    keys = commandes.RETENIR
    table: Any = keys.core.table
    keys.core = sa.insert(table).from_select(
        list(keys.columns or ()),
        sa.select(*(sa.bindparam(c, type_=table.c[c].type) for c in keys.columns or ())).where(
            sa.false()
        ),
    )


def early_answer() -> None:
    """Answer before the commit (SQLite): a group is kept back for a while."""
    import time  # noqa: PLC0415

    run = Sqlite._run  # noqa: SLF001
    held: list[Any] = []

    def late(self: Sqlite, group: list[Any]) -> list[Any]:
        """Roll back what was answered, and do it again with the next group."""
        begin, one = self._begin, self._one
        begin(time.monotonic() + 2)
        outcomes = [one(w) for w in group]
        self._writes.execute("ROLLBACK")
        held.extend(w for w in group if w.keep)
        if len(held) > 8:  # noqa: PLR2004
            run(self, held[:])
            held.clear()
        return outcomes

    Sqlite._run = late  # type: ignore[method-assign] # noqa: SLF001


MUTANTS: dict[str, Callable[[], None]] = {
    f.__name__: f for f in (no_version, no_lock, no_key, early_answer)
}

if __name__ == "__main__":
    MUTANTS[sys.argv.pop(1)]()
    main()
