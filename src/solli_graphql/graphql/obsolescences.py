"""What an operation uses of the schema that is deprecated: told to its caller, with what to do."""

from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Any

from graphql import (
    FragmentDefinitionNode,
    GraphQLSchema,
    Node,
    OperationDefinitionNode,
    TypeInfo,
    TypeInfoVisitor,
    Visitor,
    get_named_type,
    is_enum_type,
    is_input_object_type,
    is_list_type,
    is_non_null_type,
    type_from_ast,
    visit,
)

Dites = dict[str, str]  # the reason of each, by its name in the schema


class Obsolescences:
    """What one operation uses: in its document, found once, and in its variables."""

    def __init__(
        self,
        core: GraphQLSchema,
        operation: OperationDefinitionNode,
        fragments: Mapping[str, FragmentDefinitionNode],
    ) -> None:
        self._written: Dites = {}
        self._variables: dict[str, Any] = {}
        if any(map(_deprecated, core.type_map.values())):  # mostly nothing is, and none pays
            self._written = _written(core, operation, fragments)
            self._variables = {
                d.variable.name.value: type_from_ast(core, d.type)
                for d in operation.variable_definitions or ()
            }

    def __call__(self, variables: Mapping[str, Any]) -> list[dict[str, str]]:
        """Tell what an operation with these valid variables uses."""
        told = dict(self._written)
        for name, type_ in self._variables.items():
            if name in variables:
                told |= dict(_given(type_, variables[name]))
        return [{"element": element, "raison": raison} for element, raison in told.items()]


def _deprecated(type_: Any) -> bool:
    """Tell whether a type has a deprecated field, argument or value."""
    fields = getattr(type_, "fields", {}).values()
    values = getattr(type_, "values", {}).values()
    arguments = chain.from_iterable(getattr(f, "args", {}).values() for f in fields)
    return any(x.deprecation_reason for x in chain(fields, values, arguments))


def _given(type_: Any, value: Any) -> Iterator[tuple[str, str]]:
    """Find what a valid value uses."""
    if is_non_null_type(type_) or is_list_type(type_):
        inner = type_.of_type
        items = value if is_list_type(type_) and isinstance(value, list) else [value]
        for item in items:
            yield from _given(inner, item)
    elif is_enum_type(type_) and value in type_.values:
        yield from _reason(f"{type_.name}.{value}", type_.values[value])
    elif is_input_object_type(type_) and isinstance(value, dict):
        for name, below in value.items():
            field = type_.fields[name]
            yield from _reason(f"{type_.name}.{name}", field)
            yield from _given(field.type, below)


def _reason(element: str, definition: Any) -> Iterator[tuple[str, str]]:
    if definition is not None and definition.deprecation_reason:
        yield element, definition.deprecation_reason


def _written(
    core: GraphQLSchema,
    operation: OperationDefinitionNode,
    fragments: Mapping[str, FragmentDefinitionNode],
) -> Dites:
    """Find what an operation writes, with the fragments that it reaches."""
    seeing = _Seeing(TypeInfo(core))
    visitor = TypeInfoVisitor(seeing.info, seeing)
    pending: list[Node] = [operation]
    while pending:
        visit(pending.pop(), visitor)
        pending += [fragments[name] for name in seeing.spread - seeing.seen]
        seeing.seen |= seeing.spread
    return seeing.told


class _Seeing(Visitor):
    def __init__(self, info: TypeInfo) -> None:
        super().__init__()
        self.info, self.told = info, Dites()
        self.spread, self.seen = set[str](), set[str]()  # fragments

    def enter_fragment_spread(self, node: Any, *_: Any) -> None:
        self.spread.add(node.name.value)

    def enter_field(self, node: Any, *_: Any) -> None:
        self._field = f"{self.info.get_parent_type()}.{node.name.value}"
        self.told.update(_reason(self._field, self.info.get_field_def()))

    def enter_argument(self, node: Any, *_: Any) -> None:
        if self.info.get_directive() is None:
            name = f"{self._field}({node.name.value}:)"
            self.told.update(_reason(name, self.info.get_argument()))

    def enter_object_field(self, node: Any, *_: Any) -> None:
        parent = get_named_type(self.info.get_parent_input_type())
        if is_input_object_type(parent):
            name = node.name.value
            self.told.update(_reason(f"{parent}.{name}", parent.fields.get(name)))

    def enter_enum_value(self, node: Any, *_: Any) -> None:
        type_ = get_named_type(self.info.get_input_type())
        if is_enum_type(type_):
            self.told.update(_reason(f"{type_}.{node.value}", type_.values.get(node.value)))
