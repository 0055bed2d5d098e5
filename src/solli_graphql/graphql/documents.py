"""A document becomes operations, and an operation a selection tree."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as attribute
from functools import cached_property
from itertools import islice
from typing import Any, cast

from graphql.execution.values import VariableValues, get_argument_values
from strawberry.permission import PermissionExtension

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
    Node,
    OperationDefinitionNode,
    SelectionSetNode,
    VariableNode,
    get_named_type,
    get_nullable_type,
    is_abstract_type,
    is_composite_type,
    is_list_type,
    is_non_null_type,
    parse,
    validate,
)
from solli_graphql.db.plan.sources import Selected, Selection
from solli_graphql.domain.errors import EntreeInvalide
from solli_graphql.graphql.coercion import RequestError, Values, Variables, arguments
from solli_graphql.graphql.fields import BACKREF
from solli_graphql.graphql.limits import Limits
from solli_graphql.graphql.obsolescences import Obsolescences

MAX_VARIANTS = 16
DOCUMENTS = 512
# What they may hold, which the garbage collector has to visit: tokens, and roots with their SQL.
WEIGHT, ROOT = 50_000, 80


@dataclass(eq=False)
class Root:
    """A selected root field: what executing it needs to know, found once."""

    selected: Selected
    field: GraphQLField
    nodes: tuple[FieldNode, ...]
    prepared: dict[Any, Any] = attribute(default_factory=dict)  # what the reader compiled
    price: Any = None  # what it costs, once it is known

    @cached_property
    def function(self) -> Any:
        """Give what tells what to read, or runs the command."""
        return self.field.extensions[BACKREF].metadata["root"]

    @cached_property
    def permissions(self) -> tuple[Any, ...]:
        """Give the permissions to ask, in order."""
        extensions = self.field.extensions[BACKREF].extensions
        asked = (e.permissions for e in extensions if isinstance(e, PermissionExtension))
        return tuple(permission for some in asked for permission in some)

    @cached_property
    def is_list(self) -> bool:
        """Tell whether the answer is a list."""
        return is_list_type(get_nullable_type(self.field.type))

    @cached_property
    def is_required(self) -> bool:
        """Tell whether the answer cannot be null: a refusal leaves no data at all."""
        return is_non_null_type(self.field.type)

    @property
    def locations(self) -> Any:
        """Say where it stands in the document."""
        return GraphQLError("", [*self.nodes]).formatted["locations"]  # in one pass for all


@dataclass(eq=False)
class Operation:
    """One operation of a valid document."""

    schema: Any  # strawberry.Schema
    core: GraphQLSchema
    node: OperationDefinitionNode
    fragments: Mapping[str, FragmentDefinitionNode]
    variants: dict[tuple[Any, ...], tuple[Root, ...]] = attribute(default_factory=dict)

    @cached_property
    def kind(self) -> str:
        """Give "query" or "mutation"."""
        return self.node.operation.value

    @cached_property
    def type(self) -> GraphQLObjectType:
        """Give the root type."""
        return cast("GraphQLObjectType", self.core.get_root_type(self.node.operation))

    @cached_property
    def variables(self) -> Variables:
        """Give what coerces the variables; calling it raises RequestError."""
        return Variables(self.core, self.node.variable_definitions or ())

    @cached_property
    def obsolescences(self) -> Obsolescences:
        """Give what tells which deprecated parts of the schema it uses."""
        return Obsolescences(self.core, self.node, self.fragments)

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

    def roots(self, variables: Values) -> tuple[Root, ...]:
        """Give the root fields to execute, once for each value of the conditions."""
        key = tuple(variables.get(name) for name in self.conditions)
        if (roots := self.variants.get(key)) is None:
            roots = Tree(self, variables).roots()
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
        tokens = limits.check_text(text)
        self.node = _parse(text)
        self.weight = tokens + ROOT * limits.check_document(self.node)
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
        self._named = {o.node.name.value: o for o in self.operations if o.node.name}

    def operation(self, name: str | None) -> Operation:
        """Choose an operation; without a name it must be the only one. Raises EntreeInvalide."""
        if name is not None:
            if (named := self._named.get(name)) is None:
                message = "Aucune opération de ce document ne porte ce nom."
                raise EntreeInvalide(message)
            return named
        if len(self.operations) != 1:
            message = "Ce document a plusieurs opérations : donnez operationName."
            raise EntreeInvalide(message)
        return self.operations[0]


class Documents(dict[str, Document]):
    """The documents that are kept, by their text; those of the start, for ever."""

    def __init__(self, listed: Mapping[str, Document]) -> None:
        super().__init__(listed)
        self._listed, self._weight = len(self), 0

    def keep(self, text: str, document: Document) -> None:
        """Keep a document; forget the oldest where that is too many, or too much."""
        self[text] = document
        self._weight += document.weight
        while len(self) > DOCUMENTS + self._listed or self._weight > WEIGHT:
            oldest = next(islice(self, self._listed, None))
            self._weight -= self.pop(oldest).weight


def _parse(text: str) -> DocumentNode:
    try:
        return parse(text)
    except GraphQLError as e:
        raise RequestError([e]) from e


class Tree:
    """Resolves fragments, conditions and merging for one variant of an operation."""

    def __init__(self, operation: Operation, variables: Values) -> None:
        self._operation = operation
        self.variables = VariableValues({}, dict(variables))

    def roots(self) -> tuple[Root, ...]:
        o = self._operation
        fields = self.collect(o.type, [o.node.selection_set])
        return tuple(self._root(key, nodes) for key, nodes in fields.items())

    def _root(self, key: str, nodes: list[FieldNode]) -> Root:
        type_, name = self._operation.type, nodes[0].name.value
        declared = type_.fields.get(name)
        if declared is None:  # __typename, __schema, __type
            selected = Selected(key, name, _no_arguments, {})
            return Root(selected, GraphQLField(type_), tuple(nodes))
        return Root(self._selected(type_, key, nodes), declared, tuple(nodes))

    def collect(
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
            if get_argument_values(declared, directive, self.variables)["if"] is skip:
                return False
        return True

    def _selected(self, type_: GraphQLObjectType, key: str, nodes: list[FieldNode]) -> Selected:
        node = nodes[0]
        name = node.name.value
        if name == "__typename":
            return Selected(key, name, _no_arguments, {})
        declared = type_.fields[name]
        given = (
            arguments(self._operation.schema, declared, node) if declared.args else _no_arguments
        )
        named = get_named_type(declared.type)
        if not is_composite_type(named):
            return Selected(key, name, given, {})
        core = self._operation.core
        concrete = core.get_possible_types(named) if is_abstract_type(named) else [named]
        sets = [n.selection_set for n in nodes if n.selection_set]
        on = {t.name: self._selection(t, sets) for t in concrete}  # type: ignore[arg-type]
        return Selected(key, name, given, on)

    def _selection(self, type_: GraphQLObjectType, sets: Sequence[SelectionSetNode]) -> Selection:
        fields = self.collect(type_, sets)
        return tuple(self._selected(type_, key, nodes) for key, nodes in fields.items())


def _no_arguments(_: Values) -> dict[str, Any]:
    return {}
