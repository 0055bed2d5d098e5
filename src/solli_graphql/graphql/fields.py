"""How the schema is declared: a field says its description and its source, a root what to read."""

from collections.abc import Callable, Mapping
from enum import Enum
from functools import lru_cache, partial
from typing import Any, TypeVar, dataclass_transform

import strawberry
from strawberry.permission import BasePermission, PermissionExtension
from strawberry.types.field import StrawberryField

from graphql import (
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    get_nullable_type,
    is_list_type,
    is_non_null_type,
    is_object_type,
)
from solli_graphql.db.plan.sources import (
    Column,
    Computed,
    Embedded,
    Entity,
    Field,
    Link,
    One,
    Relation,
    Source,
)
from solli_graphql.db.vues import INEXISTANT_SANS, VUES
from solli_graphql.domain.acteur import Vue
from solli_graphql.domain.numeros import gid

T = TypeVar("T")
BACKREF = "strawberry-definition"


def champ(description: str, source: Source | None = None, **options: Any) -> Any:
    """Declare a field; without a source it is the column, or the attribute, of its name."""
    metadata = {"source": source or Column()}
    return strawberry.field(description=description, metadata=metadata, **options)


def donnee(description: str) -> Any:
    """Declare an input field; a nullable one that is absent is None."""
    return strawberry.field(description=description)


def identite(type_: str) -> Any:
    """Declare the global id of a type."""
    known = lru_cache(maxsize=4096)(partial(gid, type_))  # pages show the same objects again
    return champ("Identifiant global.", Computed(known, ("id",)))


@dataclass_transform(kw_only_default=True, field_specifiers=(champ, identite))
def lu(relation: Relation) -> Callable[[type[T]], type[T]]:
    """Declare a type that is read from a relation; its docstring is its description."""

    def declare(cls: type[T]) -> type[T]:
        cls.relation = relation  # type: ignore[attr-defined]
        return objet(cls)

    return declare


@dataclass_transform(kw_only_default=True, field_specifiers=(champ,))
def objet(cls: type[T]) -> type[T]:
    """Declare a type whose docstring is its description."""
    return strawberry.type(cls, description=(cls.__doc__ or "").strip())


def enumeration(cls: type[Enum], description: str, valeurs: Mapping[str, str]) -> None:
    """Declare an enum of the domain, with the French meaning of each value."""
    definition: Any = strawberry.enum(cls, description=description)
    for value in definition.__strawberry_definition__.values:
        value.description = valeurs[value.name]


def racine(
    type_: Any, description: str, *permissions: BasePermission
) -> Callable[[Callable[..., Any]], StrawberryField]:
    """Declare a root: its function returns what to read, or runs a command."""

    def declare(function: Callable[..., Any]) -> StrawberryField:
        if not permissions:
            raise TypeError(f"no permission is declared for {function.__name__}")
        return strawberry.field(  # type: ignore[no-any-return]
            resolver=function,
            graphql_type=type_,
            description=description,
            metadata={"root": function},
            extensions=[PermissionExtension([*permissions])],
        )

    return declare


def arg(description: str, **options: Any) -> Any:
    """Describe an argument."""
    return strawberry.argument(description=description, **options)


def catalogue(schema: GraphQLSchema) -> dict[str, Entity]:
    """
    List the object types of the schema with the sources of their fields.

    Raises TypeError for a source that names no column of its relation, or one that may be null
    in some view where the schema says that the field is not.
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
    source, required = declared.metadata.get("source"), is_non_null_type(field.type)
    many = is_list_type(get_nullable_type(field.type))
    return Field(declared.python_name, source, target, required, many)


def _verify(entity: Entity, entities: Mapping[str, Entity]) -> None:
    """Refuse at start what could only fail when it is read."""
    if entity.relation is None:
        return
    columns = set(entity.relation.alias()[1]) | VIRTUAL
    for name, field in entity.fields.items():
        for column in named(field, entities):
            if column not in columns:
                message = f"{entity.name}.{name}: {entity.relation.name} has no column {column}"
                raise TypeError(message)
        for column in _required(field, entities):
            for vue in Vue:
                if column not in VIRTUAL and _may_be_null(entity.relation, column, vue):
                    message = (
                        f"{entity.name}.{name} is not null, but {entity.relation.name}.{column} "
                        f"may be, as {vue} reads it"
                    )
                    raise TypeError(message)


DES_VUES = {"commentaire", "telechargeable"}  # what only the views have
VIRTUAL = {"droits", "espace", "cle"} | DES_VUES  # told by the caller's regard


def named(field: Field, entities: Mapping[str, Entity]) -> list[str]:
    """Name the columns that a source needs of its own relation."""
    match field.source:
        case Column(name, _):
            return [name or field.python_name]
        case Computed(_, columns):
            return [*columns]
        case Link(_, str() as when):
            return [when]
        case Embedded(prefix):
            return [prefix + f.python_name for f in entities[str(field.target)].fields.values()]
        case One(fk):
            return [fk]
    return []


def _required(field: Field, entities: Mapping[str, Entity]) -> list[str]:
    """Name the columns that must have a value for a field, or what it embeds, not to be null."""
    match field.source:
        case Column(name, None):
            return [name or field.python_name] if field.required else []
        case One(fk):
            return [fk] if field.required else []
        case Embedded(prefix, present):
            below = entities[str(field.target)].fields.values()
            inside = [prefix + f.python_name for f in below if f.required]
            itself = [present] if present and field.required else []
            return itself + [column for column in inside if column != present]
    return []


def _may_be_null(relation: Relation, column: str, vue: Vue) -> bool:
    """Tell whether what a view reads for a column may be null; a Computed is total."""
    columns = relation.alias()[1]
    instead = VUES[vue].get(relation.name, {}).get(column, column)
    if isinstance(instead, str):
        exists_with = INEXISTANT_SANS.get(relation.name)
        return bool(getattr(columns[instead], "nullable", True)) and column != exists_with
    return not isinstance(instead, Computed)
