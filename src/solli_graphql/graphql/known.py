"""The operations known beforehand, ours (`operations/`) and the list's: ready from the start."""

import asyncio
from collections.abc import Iterator, Mapping
from importlib.resources import files
from typing import Any

from graphql import (
    is_enum_type,
    is_input_object_type,
    is_list_type,
    is_non_null_type,
    is_required_input_field,
    type_from_ast,
)
from solli_graphql.domain.acteur import Acteur, Espace, Habilitation, Role
from solli_graphql.domain.numeros import gid
from solli_graphql.graphql.documents import Document, Operation
from solli_graphql.graphql.executor import Executor, Request

# Who asks decides the SQL: one of each side, on one structure, which is nearly everybody.
CALLERS = (
    (Espace.EMISES, Habilitation(Role.EMETTEUR, 1)),
    (Espace.RECUES, Habilitation(Role.RECEPTEUR, 1)),
    (Espace.SUPPORT, Habilitation(Role.SUPPORT)),
)
PAUSE = 0.01  # seconds between two, for those who ask meanwhile
VARIABLES = {"first": 20, "numero": "S-2026-00000001", "filtre": {"numero": "S-2026-00000001"}}
# Of a variable that has no value here and must have one, by its scalar.
SCALARS = {
    "Boolean": False,
    "Date": "2026-01-01",
    "DateTime": "2026-01-01T00:00:00Z",
    "ID": gid("Sollicitation", 1),
    "Int": 20,
}


def operations() -> dict[str, str]:
    """Give the known documents by the name of their operation."""
    folder = files("solli_graphql.graphql") / "operations"
    found = (f for f in folder.iterdir() if f.name.endswith(".graphql"))
    return {f.name.removesuffix(".graphql"): f.read_text("utf-8") for f in found}


async def prepare(executor: Executor, listed: Mapping[str, Document]) -> None:
    """Compile what these operations need, without reading or writing anything."""
    dry = executor.dry()
    ours = [Request(text, VARIABLES, read_only=True) for text in operations().values()]
    for request in [*ours, *_requests(listed)]:
        for espace, habilitation in CALLERS:
            acteur = Acteur(0, "", "", (habilitation,))
            variables = {**request.variables, "espace": str(espace)}
            await asyncio.sleep(PAUSE)
            await dry.execute(acteur, request._replace(variables=variables))


def _requests(listed: Mapping[str, Document]) -> Iterator[Request]:
    for text, document in listed.items():
        for operation in document.operations:
            name = operation.node.name.value if operation.node.name else None
            yield Request(text, _examples(operation) | VARIABLES, name, read_only=True)


def _examples(operation: Operation) -> dict[str, Any]:
    """Give a value to each variable that must have one."""
    declared = operation.node.variable_definitions or ()
    return {
        d.variable.name.value: _example(type_from_ast(operation.core, d.type))
        for d in declared
        if d.default_value is None
    }


def _example(type_: Any) -> Any:
    """Give a value of an input type, as small as may be."""
    if not is_non_null_type(type_):
        return None
    inner = type_.of_type
    if is_list_type(inner):
        return []
    if is_enum_type(inner):
        return next(iter(inner.values))
    if is_input_object_type(inner):
        required = {n: f for n, f in inner.fields.items() if is_required_input_field(f)}
        return {name: _example(field.type) for name, field in required.items()}
    return SCALARS.get(inner.name, "S-2026-00000001")
