"""How the schema is declared: a field says its description and its source, a root what to read."""

from collections.abc import Callable, Mapping
from enum import Enum
from typing import Any, TypeVar

import strawberry
from graphql import GraphQLObjectType, GraphQLSchema, get_named_type, is_object_type
from strawberry.permission import BasePermission, PermissionExtension

from solli_graphql.db.plan.sources import Column, Computed, Entity, Field, Relation, Source
from solli_graphql.domain.numeros import gid

T = TypeVar("T", bound=type)
E = TypeVar("E", bound=type[Enum])
BACKREF = "strawberry-definition"


def champ(description: str, source: Source | None = None, **options: Any) -> Any:
    """Declare a field; without a source it is the column, or the attribute, of its name."""
    metadata = {"source": source or Column()}
    return strawberry.field(description=description, metadata=metadata, **options)


def identite(type_: str) -> Any:
    """Declare the global id of a type."""
    return champ("Identifiant global.", Computed(lambda id_: gid(type_, id_), ("id",)))


def lu(relation: Relation, **options: Any) -> Callable[[T], T]:
    """Declare a type that is read from a relation; its docstring is its description."""

    def declare(cls: T) -> T:
        cls.relation = relation  # type: ignore[attr-defined]
        return objet(**options)(cls)

    return declare


def objet(**options: Any) -> Callable[[T], T]:
    """Declare a type whose docstring is its description."""

    def declare(cls: T) -> T:
        return strawberry.type(cls, description=(cls.__doc__ or "").strip(), **options)  # type: ignore[no-any-return]

    return declare


def enumeration(cls: E, description: str, valeurs: Mapping[str, str]) -> E:
    """Declare an enum of the domain, with the French meaning of each value."""
    declared = strawberry.enum(cls, description=description)
    for value in declared.__strawberry_definition__.values:  # type: ignore[attr-defined]
        value.description = valeurs[value.name]
    return declared


def racine(type_: Any, description: str, *permissions: BasePermission) -> Any:
    """Declare a root of Query: its function returns what to read."""

    def declare(function: Callable[..., Any]) -> Any:
        return strawberry.field(
            resolver=function,
            graphql_type=type_,
            description=description,
            metadata={"root": function},
            extensions=[PermissionExtension(list(permissions))],
        )

    return declare


def commande(type_: Any, description: str, *permissions: BasePermission) -> Any:
    """Declare a mutation: its function runs a command and returns a member of the union."""
    return racine(type_, description, *permissions)


def arg(description: str, **options: Any) -> Any:
    """Describe an argument."""
    return strawberry.argument(description=description, **options)


def catalogue(schema: GraphQLSchema) -> dict[str, Entity]:
    """
    List the object types of the schema with the sources of their fields.

    Raises TypeError for a source that names no column of its relation.
    """
    types = {
        name: t
        for name, t in schema.type_map.items()
        if is_object_type(t) and not name.startswith("__")
    }
    entities = {name: _entity(t) for name, t in types.items()}
    for entity in entities.values():
        _verify(entity, entities)
    return entities


def _entity(type_: GraphQLObjectType) -> Entity:
    definition = type_.extensions[BACKREF]
    fields = {name: _field(f) for name, f in type_.fields.items()}
    return Entity(type_.name, getattr(definition.origin, "relation", None), fields)


def _field(field: Any) -> Field:
    declared, named = field.extensions[BACKREF], get_named_type(field.type)
    target = named.name if hasattr(named, "fields") or hasattr(named, "types") else None
    return Field(declared.python_name, declared.metadata.get("source"), target)


def _verify(entity: Entity, entities: Mapping[str, Entity]) -> None:
    """Refuse at start what could only fail when it is read."""
    if entity.relation is None:
        return
    columns = set(entity.relation.alias()[1]) | VIRTUAL
    for name, field in entity.fields.items():
        for column in _named(field, entities):
            if column not in columns:
                message = f"{entity.name}.{name}: {entity.relation.name} has no column {column}"
                raise TypeError(message)


VIRTUAL = {"droits", "espace", "cle", "commentaire"}  # told by the caller's regard


def _named(field: Field, entities: Mapping[str, Entity]) -> list[str]:
    source = field.source
    if isinstance(source, Column):
        return [source.name or field.python_name]
    if isinstance(source, Computed):
        return list(source.columns)
    prefix, fk = getattr(source, "prefix", None), getattr(source, "fk", None)
    if prefix is not None:
        below = entities[str(field.target)].fields.values()
        return [prefix + f.python_name for f in below]
    return [] if fk is None or hasattr(source, "order") else [fk]
