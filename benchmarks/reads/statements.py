"""What our own plan and commands really send: their statements and values, for the bare limit."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from benchmarks.reads.workloads import CALLERS, DOCUMENTS, READS, Facts, traiter
from solli_graphql.configured import limits
from solli_graphql.db.cursors import cursor
from solli_graphql.db.database import Database, Statement
from solli_graphql.db.plan.reader import Reader
from solli_graphql.graphql import executor as x
from solli_graphql.graphql.schema import readable
from solli_graphql.services.identite import acteur
from solli_graphql.services.liens import Liens
from solli_graphql.services.sollicitations import Sollicitations
from solli_graphql.settings import Settings

ACCEPTED = "ActionPriseEnCompte"
DONE = {"__typename": ACCEPTED}
Sent = list[tuple[str, list[Any]]]


class Recorder:
    """A database, and a transaction of it, that writes down what passes."""

    def __init__(self, inner: Any, dialect: Any, sent: Sent) -> None:
        self._inner, self.dialect, self._sent = inner, dialect, sent

    def _note(self, statement: Statement[Any], values: Mapping[str, Any]) -> None:
        text = statement.on(self.dialect)
        self._sent.append((text.sql, text.bind(values)))

    held = True  # the bare limit locks

    async def fetch(self, statement: Statement[Any], values: Mapping[str, Any]) -> Sequence[Any]:
        self._note(statement, values)
        rows: Sequence[Any] = await self._inner.fetch(statement, values)
        return rows

    async def write(self, *writes: Any, **values: Any) -> Any:
        """Run a command, as a database; note several writes, as a transaction."""
        if callable(writes[0]):
            return await self._inner.simulate(self._within(writes[0]), *writes[1:], **values)
        for statement, named in writes:
            self._note(statement, named)
        return await self._inner.write(*writes)

    write_once = write

    def _within(self, command: Any) -> Any:
        async def recorded(tx: Any, *args: Any, **kwargs: Any) -> Any:
            return await command(Recorder(tx, self.dialect, self._sent), *args, **kwargs)

        return recorded

    async def one(self, statement: Statement[Any], /, **values: Any) -> Any:
        self._note(statement, values)
        return await self._inner.one(statement, **values)


def after(facts: Facts) -> str:
    """Write our own cursor of W5."""
    date, id_ = facts.after
    return cursor("DATE_DEPOT_DESC", datetime.fromisoformat(date).astimezone(UTC), id_)


async def record(db: Database, facts: Facts) -> dict[str, Sent]:
    """Do each workload once on our own executor, nothing kept, and give what was sent."""
    sent: dict[str, Sent] = {}
    for name in (*READS, "W4"):
        sent[name] = []
        recorder: Any = Recorder(db, db.dialect, sent[name])
        executor = x.Executor(
            Reader(recorder, readable(), secret=b"", links=Liens(b"").pour),
            Sollicitations(recorder),
            limits=limits(Settings()),
            open_introspection=False,
        )
        variables = (
            traiter(facts.subjects[0], None, "une-cle-d-essai-0000", raw=False)
            if name == "W4"
            else facts.variables(name, after(facts))
        )
        who = await acteur(db, CALLERS[name])
        reply = await executor.execute(who, x.Request(DOCUMENTS[name], variables))
        done = reply.body.get("data") or {}
        if "errors" in reply.body or done.get("traiter", DONE)["__typename"] != ACCEPTED:
            raise RuntimeError(reply.body)
    return sent
