"""The types of the columns, and the words the tables are written with."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa


def _iso(value: datetime | None) -> str | None:
    return None if value is None else value.astimezone(UTC).isoformat()


class Instant(sa.types.TypeDecorator[datetime]):
    """An instant in UTC: timestamptz, or ISO 8601 text, which sorts as the instants do."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: sa.Dialect) -> sa.types.TypeEngine[Any]:
        if dialect.name == "sqlite":
            return dialect.type_descriptor(sa.Text())
        return dialect.type_descriptor(sa.DateTime(timezone=True))

    def bind_processor(self, dialect: sa.Dialect) -> Any:
        return _iso if dialect.name == "sqlite" else None

    def process_result_value(self, value: Any, _: sa.Dialect) -> datetime | None:
        return datetime.fromisoformat(value) if isinstance(value, str) else value


class Tri(sa.types.TypeDecorator[str]):
    """A text that is sorted by code point on both engines, so that pages are the same."""

    impl = sa.Text
    cache_ok = True

    def load_dialect_impl(self, dialect: sa.Dialect) -> sa.types.TypeEngine[Any]:
        collation = "C" if dialect.name == "postgresql" else None
        return dialect.type_descriptor(sa.Text(collation=collation))


GRAND = sa.BigInteger().with_variant(sa.Integer, "sqlite")  # there, it becomes the row id


def cle_primaire(nom: str = "id") -> sa.Column[int]:
    """Give a key the database numbers."""
    return sa.Column(nom, GRAND, primary_key=True)


def vers(nom: str, table: str, *, nullable: bool = False, index: bool = False) -> sa.Column[int]:
    """Give a column that names a row of another table."""
    return sa.Column(
        nom, sa.BigInteger, sa.ForeignKey(f"{table}.id"), nullable=nullable, index=index
    )


def texte(nom: str, *, nullable: bool = False) -> sa.Column[str]:
    """Give a column of text."""
    return sa.Column(nom, sa.Text, nullable=nullable)


def parmi(colonne: str, valeurs: Iterable[str]) -> sa.CheckConstraint:
    """Hold a column to these values."""
    liste = ", ".join(f"'{v}'" for v in valeurs)
    return sa.CheckConstraint(f"{colonne} IN ({liste})", name=colonne)
