"""A document becomes operations, and an operation a selection tree."""

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, cast

from graphql.execution.values import VariableValues, get_argument_values
from strawberry.types.arguments import convert_argument

from graphql import (
    DirectiveNode,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLField,
    GraphQLIncludeDirective,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLSkipDirective,
    InlineFragmentNode,
    ListValueNode,
    Location,
    Node,
    ObjectValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    SourceLocation,
    ValueNode,
    VariableNode,
    get_named_type,
    get_variable_values,
    is_abstract_type,
    is_composite_type,
    parse,
    validate,
)
from solli_graphql.db.plan.sources import Selected, Selection
from solli_graphql.domain.errors import EntreeInvalide
from solli_graphql.graphql.fields import BACKREF
from solli_graphql.graphql.limits import Limits

MAX_VARIANTS = 16
NOTHING: Mapping[str, Any] = {}


class RequestError(Exception):
    """The document cannot be executed: its syntax, its validity, or its variables."""

    def __init__(self, errors: Sequence[GraphQLError]) -> None:
        self.errors = errors
        super().__init__(str(errors[0]))


@dataclass(eq=False)
class Root:
    """A selected root field, with where it stands in the document."""

    selected: Selected
    field: GraphQLField
    locations: tuple[SourceLocation, ...]
    nodes: tuple[FieldNode, ...]
    prepared: dict[str, Any] = dataclasses.field(
        default_factory=dict
    )  # by type: what the reader compiled


@dataclass(eq=False)
class Operation:
    """One operation of a valid document."""

    schema: Any  # strawberry.Schema
    core: GraphQLSchema
    node: OperationDefinitionNode
    fragments: Mapping[str, FragmentDefinitionNode]
    variants: dict[tuple[Any, ...], tuple[Root, ...]] = dataclasses.field(default_factory=dict)

    @property
    def kind(self) -> str:
        """Give "query" or "mutation"."""
        return self.node.operation.value

    @cached_property
    def type(self) -> GraphQLObjectType:
        """Give the root type."""
        return cast("GraphQLObjectType", self.core.get_root_type(self.node.operation))

    @cached_property
    def conditions(self) -> tuple[str, ...]:
        """Name the variables that decide what is included."""
        found: set[str] = set()
        stack: list[Node] = [self.node, *self.fragments.values()]
        while stack:
            node = stack.pop()
            found |= {name for d in getattr(node, "directives", None) or () for name in _uses(d)}
            below = getattr(node, "selection_set", None)
            stack.extend(below.selections if below else ())
        return tuple(sorted(found))

    def variables(self, given: Mapping[str, Any]) -> VariableValues:
        """Coerce the variables. Raises RequestError."""
        values = get_variable_values(
            self.core, self.node.variable_definitions or (), dict(given), hide_suggestions=True
        )
        if isinstance(values, list):
            raise RequestError(values)
        return values

    def roots(self, variables: VariableValues) -> tuple[Root, ...]:
        """Give the root fields to execute, once for each value of the conditions."""
        key = tuple(variables.coerced.get(name) for name in self.conditions)
        if (roots := self.variants.get(key)) is None:
            roots = _Tree(self, variables).roots()
            if len(self.variants) < MAX_VARIANTS:
                self.variants[key] = roots
        return roots


def _uses(directive: DirectiveNode) -> list[str]:
    return [
        a.value.name.value for a in directive.arguments or () if isinstance(a.value, VariableNode)
    ]


class Document:
    """A valid document: parsed, within the limits, validated."""

    def __init__(self, schema: Any, core: GraphQLSchema, limits: Limits, text: str) -> None:
        limits.check_text(text)
        self.node = _parse(text)
        limits.check_document(self.node)
        if errors := validate(core, self.node, max_errors=5, hide_suggestions=True):
            raise RequestError(errors)
        fragments = {
            d.name.value: d for d in self.node.definitions if isinstance(d, FragmentDefinitionNode)
        }
        self.operations = [
            Operation(schema, core, d, fragments)
            for d in self.node.definitions
            if isinstance(d, OperationDefinitionNode)
        ]

    def operation(self, name: str | None) -> Operation:
        """Choose an operation; without a name it must be the only one. Raises EntreeInvalide."""
        named = {o.node.name.value: o for o in self.operations if o.node.name}
        if name is not None:
            if name in named:
                return named[name]
            message = "Aucune opération de ce document ne porte ce nom."
            raise EntreeInvalide(message)
        if len(self.operations) != 1:
            message = "Ce document a plusieurs opérations : donnez operationName."
            raise EntreeInvalide(message)
        return self.operations[0]


def _parse(text: str) -> DocumentNode:
    try:
        return parse(text)
    except GraphQLError as e:
        raise RequestError([e]) from e


class _Tree:
    """Resolves fragments, conditions and merging for one variant of an operation."""

    def __init__(self, operation: Operation, variables: VariableValues) -> None:
        self._operation, self._variables = operation, variables

    def roots(self) -> tuple[Root, ...]:
        o = self._operation
        fields = self._collect(o.type, [o.node.selection_set])
        return tuple(self._root(key, nodes) for key, nodes in fields.items())

    def _root(self, key: str, nodes: list[FieldNode]) -> Root:
        type_, name = self._operation.type, nodes[0].name.value
        locations = tuple(SourceLocation(*_place(n)) for n in nodes)
        declared = type_.fields.get(name)
        if declared is None:  # __typename, __schema, __type
            selected = Selected(key, name, lambda _: {}, {})
            return Root(selected, GraphQLField(type_), locations, tuple(nodes))
        return Root(self._selected(type_, key, nodes), declared, locations, tuple(nodes))

    def _collect(
        self, type_: GraphQLObjectType, sets: Sequence[SelectionSetNode]
    ) -> dict[str, list[FieldNode]]:
        """Gather the fields selected on a concrete type, by response key, in document order."""
        found: dict[str, list[FieldNode]] = {}
        spread: set[str] = set()
        for selections in sets:
            self._gather(type_, selections, found, spread)
        return found

    def _gather(
        self,
        type_: GraphQLObjectType,
        selections: SelectionSetNode,
        found: dict[str, list[FieldNode]],
        spread: set[str],
    ) -> None:
        for node in selections.selections:
            if not self._included(node):
                continue
            if isinstance(node, FieldNode):
                key = node.alias.value if node.alias else node.name.value
                found.setdefault(key, []).append(node)
                continue
            fragment: Any = node
            if not isinstance(node, InlineFragmentNode):
                name = fragment.name.value
                if name in spread:
                    continue
                spread.add(name)
                fragment = self._operation.fragments[name]
            if self._applies(fragment, type_):
                self._gather(type_, fragment.selection_set, found, spread)

    def _applies(self, fragment: Any, type_: GraphQLObjectType) -> bool:
        condition = fragment.type_condition
        if condition is None or condition.name.value == type_.name:
            return True
        core = self._operation.core
        abstract = core.type_map[condition.name.value]
        return is_abstract_type(abstract) and core.is_sub_type(abstract, type_)

    def _included(self, node: Node) -> bool:
        for directive in getattr(node, "directives", None) or ():
            skip = directive.name.value == "skip"
            declared = GraphQLSkipDirective if skip else GraphQLIncludeDirective
            if get_argument_values(declared, directive, self._variables)["if"] is skip:
                return False
        return True

    def _selected(self, type_: GraphQLObjectType, key: str, nodes: list[FieldNode]) -> Selected:
        node = nodes[0]
        name = node.name.value
        if name == "__typename":
            return Selected(key, name, _no_arguments, {})
        declared = type_.fields[name]
        arguments = self._arguments(declared, node)
        named = get_named_type(declared.type)
        if not is_composite_type(named):
            return Selected(key, name, arguments, {})
        core = self._operation.core
        concrete = core.get_possible_types(named) if is_abstract_type(named) else [named]
        sets = [n.selection_set for n in nodes if n.selection_set]
        on = {t.name: self._selection(t, sets) for t in concrete}  # type: ignore[arg-type]
        return Selected(key, name, arguments, on)

    def _selection(self, type_: GraphQLObjectType, sets: Sequence[SelectionSetNode]) -> Selection:
        fields = self._collect(type_, sets)
        return tuple(self._selected(type_, key, nodes) for key, nodes in fields.items())

    def _arguments(
        self, declared: GraphQLField, node: FieldNode
    ) -> Callable[[Any], dict[str, Any]]:
        """Turn variables into Python arguments; constants are computed once."""
        if not declared.args:
            return _no_arguments
        convert = _Arguments(self._operation.schema, declared, node)
        if any(_has_variable(a.value) for a in node.arguments or ()):
            return convert
        constant = convert(VariableValues({}, {}))
        return lambda _: constant


def _no_arguments(_: Any) -> dict[str, Any]:
    return {}


def _has_variable(node: ValueNode) -> bool:
    if isinstance(node, ObjectValueNode):
        return any(_has_variable(f.value) for f in node.fields)
    if isinstance(node, ListValueNode):
        return any(map(_has_variable, node.values))
    return isinstance(node, VariableNode)


def _place(node: FieldNode) -> tuple[int, int]:
    location = cast("Location", node.loc)
    return tuple(location.source.get_location(location.start))  # type: ignore[return-value]


class _Arguments:
    """The Python arguments of one field, every one present: what was not given is None."""

    def __init__(self, schema: Any, declared: GraphQLField, node: FieldNode) -> None:
        self._declared, self._node, self._schema = declared, node, schema
        self._arguments = declared.extensions[BACKREF].arguments

    def __call__(self, variables: VariableValues) -> dict[str, Any]:
        given = get_argument_values(self._declared, self._node, variables)
        names = self._schema.config.name_converter
        return {
            a.python_name: self._convert(given.get(names.from_argument(a)), a.type)
            for a in self._arguments
        }

    def _convert(self, value: Any, type_: Any) -> Any:
        if value is None:
            return None
        registry = self._schema.schema_converter.scalar_registry
        return convert_argument(value, type_, registry, self._schema.config)
