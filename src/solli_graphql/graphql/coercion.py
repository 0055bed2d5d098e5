"""
Variables and arguments: what a client sent becomes Python values, by functions made once.

The rules are graphql-core's and Strawberry's own; here they are put together when a plan is made
rather than looked up at each request. Whatever the fast way does not admit, the slow one judges.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import MISSING
from typing import Any

from graphql.execution.values import VariableValues, get_argument_values
from strawberry.types.arguments import convert_argument
from strawberry.types.base import StrawberryList, StrawberryOptional, has_object_definition

from graphql import (
    FieldNode,
    GraphQLError,
    GraphQLField,
    GraphQLSchema,
    ListValueNode,
    ObjectValueNode,
    Undefined,
    ValueNode,
    VariableDefinitionNode,
    VariableNode,
    get_variable_values,
    is_enum_type,
    is_input_object_type,
    is_leaf_type,
    is_list_type,
    is_non_null_type,
    type_from_ast,
)
from solli_graphql.graphql.fields import BACKREF

Values = Mapping[str, Any]
Coercion = Callable[[Any], Any]


class RequestError(Exception):
    """The document cannot be executed: its syntax, its validity, or its variables."""

    def __init__(self, errors: Sequence[GraphQLError]) -> None:
        self.errors = errors
        super().__init__(errors[0].message)  # its text shows the document once a location


class Variables:
    """The variables of one operation: calling it coerces what a request gives."""

    def __init__(self, core: GraphQLSchema, definitions: Sequence[VariableDefinitionNode]) -> None:
        self._core, self._definitions = core, definitions
        self._coercions = [
            (d.variable.name.value, _coercion(type_from_ast(core, d.type)), d.default_value is None)
            for d in definitions
        ]
        self._defaults = self._slowly({}, [d for d in definitions if d.default_value])

    def __call__(self, given: Values) -> Values:
        """Coerce the variables. Raises RequestError."""
        try:
            return self._fast(given)
        except Exception:  # noqa: BLE001 - graphql-core finds it again, and the words to tell it
            return self._slowly(given, self._definitions)

    def _fast(self, given: Values) -> Values:
        values = {**self._defaults}
        for name, coerce, bare in self._coercions:
            if name in given:
                values[name] = coerce(given[name])
            elif bare:
                coerce(None)  # absent is refused where null is
        return values

    def _slowly(self, given: Values, definitions: Sequence[VariableDefinitionNode]) -> Values:
        # Each error shows its whole value: 20,000 of one object took minutes.
        values = get_variable_values(
            self._core, definitions, dict(given), max_errors=5, hide_suggestions=True
        )
        if isinstance(values, list):
            raise RequestError(values)
        return values.coerced


def _coercion(type_: Any) -> Coercion:
    """Make what coerces a value to an input type; it raises whatever it likes."""
    if is_non_null_type(type_):
        inner = type_.of_type
        return _leaf(inner) if is_leaf_type(inner) else _required(_coercion(inner))
    if is_list_type(type_):
        item = _coercion(type_.of_type)
        return _nullable(lambda v: [item(x) for x in v] if isinstance(v, list) else [item(v)])
    return _nullable(_object(type_) if is_input_object_type(type_) else _leaf(type_))


def _leaf(type_: Any) -> Coercion:
    """Make what coerces a value to a scalar or an enum; it refuses null by itself."""
    if not is_enum_type(type_):
        return type_.coerce_input_value  # type: ignore[no-any-return]
    return {name: type_.coerce_input_value(name) for name in type_.values}.__getitem__


def _required(coerce: Coercion) -> Coercion:
    def required(value: Any) -> Any:
        if value is None:
            raise ValueError
        return coerce(value)

    return required


def _nullable(coerce: Coercion) -> Coercion:
    return lambda value: None if value is None else coerce(value)


def _object(type_: Any) -> Coercion:
    """Make what coerces an input object: its fields in the order of the schema, as the slow way."""
    plain = not type_.is_one_of and not any(map(_has_default, type_.fields.values()))
    fields = {name: _coercion(f.type) for name, f in type_.fields.items()}
    required = [name for name, f in type_.fields.items() if is_non_null_type(f.type)]

    def coerce(value: Any) -> dict[str, Any]:
        if not plain or not fields.keys() >= value.keys() or not all(n in value for n in required):
            raise ValueError
        return {name: fields[name](v) for name, v in value.items()}

    return coerce


def _has_default(declared: Any) -> bool:
    return declared.default is not None or declared.default_value is not Undefined


def arguments(schema: Any, declared: GraphQLField, node: FieldNode) -> Callable[[Values], Any]:
    """Make what gives the Python arguments of a field, every one: what was not given is None."""
    written = {a.name.value: a.value for a in node.arguments or ()}
    fixed: dict[str, Any] = {}
    varying: list[tuple[str, Coercion]] = []
    for argument in declared.extensions[BACKREF].arguments:
        one = _Argument(schema, declared, node, argument)
        value = written.get(one.name)
        if value is None or not _has_variable(value):
            fixed[argument.python_name] = one({})
        elif isinstance(value, VariableNode):
            varying.append((argument.python_name, one.variable(value.name.value)))
        else:
            varying.append((argument.python_name, one))
    if not varying:
        return lambda _: fixed
    return lambda variables: {**fixed, **{name: f(variables) for name, f in varying}}


class _Argument:
    """One argument as graphql-core and Strawberry read it: calling it gives its Python value."""

    def __init__(self, schema: Any, declared: GraphQLField, node: FieldNode, one: Any) -> None:
        self._schema, self._node, self._type = schema, node, one.type
        self.name = schema.config.name_converter.from_argument(one)
        self._alone = GraphQLField(declared.type, {self.name: declared.args[self.name]})

    def __call__(self, variables: Values) -> Any:
        given = get_argument_values(self._alone, self._node, VariableValues({}, dict(variables)))
        registry = self._schema.schema_converter.scalar_registry
        value = given.get(self.name)
        return (
            None if value is None else convert_argument(value, self._type, registry, self._config)
        )

    @property
    def _config(self) -> Any:
        return self._schema.config

    def variable(self, name: str) -> Coercion:
        """Give the way that does not ask graphql-core, where the value is a variable's."""
        convert = _conversion(self._type, self._schema.config.name_converter)
        declared = self._alone.args[self.name]
        nullable = not is_non_null_type(declared.type) and not _has_default(declared)

        def value_of(variables: Values) -> Any:
            value = variables.get(name)
            if value is None:
                return None if nullable else self(variables)
            return convert(value)

        return value_of


def _same(value: Any) -> Any:
    return value


def _conversion(type_: Any, names: Any) -> Coercion:
    """Make what converts a coerced value to Python, as Strawberry's convert_argument does."""
    if isinstance(type_, StrawberryOptional):
        inner = _conversion(type_.of_type, names)
        return inner if inner is _same else _nullable(inner)
    if isinstance(type_, StrawberryList):
        item = _conversion(type_.of_type, names)
        return item if item is _same else lambda value: [item(x) for x in value]
    if not has_object_definition(type_):
        return _same
    fields = {
        names.from_field(f): (f.python_name, _conversion(f.resolve_type(), names))
        for f in type_.__strawberry_definition__.fields
    }
    absent = {
        f.python_name: None
        for f in type_.__strawberry_definition__.fields
        if f.default_value is MISSING and f.default_factory is MISSING
    }

    def convert(value: Values) -> Any:
        given = {fields[n][0]: fields[n][1](v) for n, v in value.items()}
        return type_(**{**absent, **given})

    return convert


def _has_variable(node: ValueNode) -> bool:
    if isinstance(node, ObjectValueNode):
        return any(_has_variable(f.value) for f in node.fields)
    if isinstance(node, ListValueNode):
        return any(map(_has_variable, node.values))
    return isinstance(node, VariableNode)
