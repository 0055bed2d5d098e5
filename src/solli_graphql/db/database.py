"""The seam: statements compiled once per engine, and what an engine promises."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any, Concatenate, Generic, ParamSpec, Protocol, TypeVar

import sqlalchemy as sa

from solli_graphql.domain.errors import Empechement

T = TypeVar("T")
R = TypeVar("R")
P = ParamSpec("P")
Values = Mapping[str, Any]


class Text(Generic[T]):
    """A statement as text for one dialect, with SQLAlchemy's own conversions in and out."""

    def __init__(self, statement: "Statement[T]", dialect: sa.Dialect) -> None:
        compiled = statement.core.compile(dialect=dialect, column_keys=statement.columns)
        self.sql = str(compiled)
        self._names = list(compiled.positiontup or ())
        processors = (
            compiled.binds[name].type.dialect_impl(dialect).bind_processor(dialect)
            for name in self._names
        )
        self._conversions = [(i, convert) for i, convert in enumerate(processors) if convert]
        self._constants = {
            name: value for name, value in compiled.params.items() if value is not None
        }
        results = (
            column.type.dialect_impl(dialect).result_processor(dialect, None)
            for column in getattr(statement.core, "exported_columns", ())
        )
        self._results = [(i, convert) for i, convert in enumerate(results) if convert]
        self._into = statement.into

    def bind(self, values: Values) -> list[Any]:
        """Put named values in the order of the placeholders, as the driver wants them."""
        given = {**self._constants, **values} if self._constants else values
        return _converted(list(map(given.get, self._names)), self._conversions)

    def row(self, raw: Sequence[Any]) -> T:
        """Build the result of one row."""
        return self._into(*_converted(list(raw), self._results))


def _converted(values: list[Any], conversions: Sequence[tuple[int, Any]]) -> list[Any]:
    """Convert some values in their place; null stays null."""
    for i, convert in conversions:
        if values[i] is not None:
            values[i] = convert(values[i])
    return values


class Statement(Generic[T]):
    """
    A Core statement and what its rows become.

    `columns` names those that an INSERT or UPDATE sets, each bound under its own name.
    """

    def __init__(
        self,
        core: Any,
        into: Callable[..., T] = lambda *row: row,  # type: ignore[assignment]
        *,
        columns: Sequence[str] | None = None,
    ) -> None:
        self.core, self.into, self.columns = core, into, columns
        self._texts: dict[str, Text[T]] = {}

    def on(self, dialect: sa.Dialect) -> Text[T]:
        """Give the text for a dialect, compiled at its first use."""
        if (text := self._texts.get(dialect.name)) is None:
            text = self._texts[dialect.name] = Text(self, dialect)
        return text


def insert(table: sa.Table, columns: Sequence[str] | None = None) -> Statement[Any]:
    """Insert one row, each column bound under its own name."""
    return Statement(table.insert(), columns=columns or table.columns.keys())


class Unreachable(Empechement):
    """The database cannot be opened; the message says why in French."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"La base de SOLLI_DATABASE_URL n'est pas joignable : {reason}.")


@dataclass(frozen=True, slots=True)
class Timeouts:
    """How long a statement may take, and a lock be awaited, in seconds."""

    sql: float = 5.0
    lock: float = 2.0


DEFAULT = Timeouts()

Write = tuple[Statement[Any], Values]
PATIENT = 10  # times as long for the statement of an export, which may sort all its rows first
TROP_LONGUE = "Cette recherche est trop longue : précisez-la."


class Tx(Protocol):
    """A transaction under way. A command awaits nothing else: SQLite drives it on a thread."""

    @property
    def held(self) -> bool:
        """Tell whether what it locks stays so until its end: not under `write_once`."""

    async def one(self, statement: Statement[T], /, **values: Any) -> T | None:
        """Read one row, or None."""

    async def all(self, statement: Statement[T], /, **values: Any) -> list[T]:
        """Read all rows."""

    async def write(self, *writes: Write) -> None:
        """Do all of these, none of which reads what another writes: one round trip."""

    async def next_id(self) -> int:
        """Draw the id of a new sollicitation, unique and never used again (D5)."""


Command = Callable[Concatenate[Tx, P], Awaitable[R]]


class Snapshot(Protocol):
    """One unchanging state of the database, whose rows come some at a time."""

    dialect: sa.Dialect

    def stream(
        self, statement: Statement[Any], values: Values, size: int
    ) -> AsyncGenerator[Sequence[Sequence[Any]], None]:
        """
        Read raw rows of this state, so many at a time; nothing is read ahead.

        Raises LimiteDepassee where the next ones take PATIENT times the limit of a statement.
        """


class Database(Protocol):
    """An engine: SQLite embedded, or PostgreSQL."""

    dialect: sa.Dialect

    async def fetch(self, statement: Statement[Any], values: Values) -> Sequence[Sequence[Any]]:
        """Read raw rows, outside of any transaction. Raises LimiteDepassee past the time limit."""

    async def write(self, command: Command[P, R], /, *args: P.args, **kwargs: P.kwargs) -> R:
        """
        Run a command in one transaction: once begun it ends, even if its caller goes.

        Raises Occupe when a lock is held for too long; what the command raises rolls back.
        """

    async def write_once(self, command: Command[P, R], /, *args: P.args, **kwargs: P.kwargs) -> R:
        """
        Run a command whose one `write` is its last word, as `write` does, holding nothing before.

        What it read may have changed by then: its write must collide with what others wrote, on a
        unique key. It is then run again, in one transaction.
        """

    async def simulate(self, command: Command[P, R], /, *args: P.args, **kwargs: P.kwargs) -> R:
        """Run a command in one transaction, and roll it back."""

    def snapshot(self) -> AbstractAsyncContextManager[Snapshot]:
        """Open a state on a connection of its own: however long it lasts, nobody waits for it."""

    def exists(self) -> bool:
        """Tell whether there is something to open: connecting would make an empty file."""

    async def open(self) -> None:
        """Connect. Raises Unreachable."""

    async def alive(self) -> bool:
        """Tell whether what was opened is still the database: a file may have been removed."""

    async def close(self) -> None:
        """Wait for what is under way, then disconnect."""


async def read(db: Database, statement: Statement[T], **values: Any) -> list[T]:
    """Read rows outside of any transaction, built as the statement says."""
    text = statement.on(db.dialect)
    return [text.row(raw) for raw in await db.fetch(statement, values)]
