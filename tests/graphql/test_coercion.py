"""Variables and arguments, against graphql-core and Strawberry themselves."""

from collections.abc import Callable
from typing import Any

import pytest
from graphql.execution.values import VariableValues, get_argument_values
from hypothesis import given
from hypothesis import strategies as st
from strawberry.types.arguments import convert_arguments

from graphql import (
    FieldNode,
    OperationDefinitionNode,
    get_named_type,
    get_variable_values,
    is_input_object_type,
    type_from_ast,
)
from solli_graphql.graphql.coercion import RequestError, Variables, arguments
from solli_graphql.graphql.documents import Document
from solli_graphql.graphql.fields import BACKREF
from solli_graphql.graphql.limits import Limits
from solli_graphql.graphql.schema import core, schema

OPERATIONS = (
    """query($espace: Espace!, $filtre: FiltreSollicitations!, $tri: TriSollicitations,
             $first: Int, $after: String) {
       sollicitations(espace: $espace, filtre: $filtre, tri: $tri, first: $first, after: $after) {
         totalCount } }""",
    """query($espace: Espace = RECUES, $first: Int = 5, $after: String = null) {
       synthese(espace: $espace, first: $first, after: $after) { totalCount } }""",
    """query($numero: String, $texte: String = "abc", $statut: StatutSollicitation!,
             $statuts: [StatutSollicitation!] = [EN_COURS], $du: Date) {
       a: sollicitations(espace: RECUES, filtre: {
         numero: $numero, texte: $texte, statut: [$statut, CLOTUREE], deposeeDu: $du}) {
         totalCount }
       b: sollicitations(espace: RECUES, filtre: {statut: $statuts, texte: "x"}) {
         totalCount } }""",
    "query($ids: [ID!]!) { nodes(ids: $ids) { id } }",
    "query($id: ID!, $un: ID = 3) { nodes(ids: [$id, $un]) { id } }",
    'query($numero: String! = "x") { sollicitation(numero: $numero) { id } }',
    """query($filtre: FiltreStructures = {publique: true}) {
       structures(filtre: $filtre) { totalCount } }""",
    'query($n: String = "x") { sollicitation(numero: $n) { id } }',
    "mutation($input: TraiterInput!) { traiter(input: $input) { __typename } }",
    """mutation($input: SoumettreSollicitationInput!) {
       soumettreSollicitation(input: $input) { __typename } }""",
    """query($n: Int, $avant: Int = 4) { sollicitation(numero: "x") {
         historique(first: $n, avantSeq: $avant) { seq } } }""",
)
MOTS = (
    *("RECUES", "EN_COURS", "A_TRAITER", "DATE_DEPOT_ASC", "FACTURE", "RESOLUE", "SIRET"),
    *("2026-01-01", "2026-13-01", "", "x", "\0"),
)
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.sampled_from(MOTS),
    st.integers(-3, 200),
    st.sampled_from([2**31, -(2**31) - 1, 2**70, 1.0, 1.5, 1e400]),
)
ANY = st.recursive(
    SCALARS,
    lambda x: st.lists(x, max_size=3) | st.dictionaries(st.sampled_from(MOTS), x, max_size=2),
    max_leaves=6,
)


def nearly(type_: Any) -> st.SearchStrategy[Any]:
    """Draw values of an input type, and some that are nearly so."""
    bare = getattr(type_, "of_type", None)
    if bare is not None:
        below = nearly(bare)
        return below | st.lists(below, max_size=3) if "[" in str(type_) else below
    if is_input_object_type(type_):
        fields = {n: nearly(f.type) for n, f in type_.fields.items()}
        inside = st.fixed_dictionaries({}, optional=fields)
        full = st.fixed_dictionaries(fields)
        return inside | full | st.dictionaries(st.sampled_from([*fields, "autre"]), ANY, max_size=3)
    if hasattr(type_, "values"):
        return st.sampled_from([*type_.values]) | SCALARS
    return SCALARS


@st.composite
def demandes(draw: st.DrawFn, document: Document) -> dict[str, Any]:
    """Draw variables: any of them absent, null, right, nearly right or wrong."""
    names: dict[str, st.SearchStrategy[Any]] = {"inconnue": ANY}
    for d in document.operations[0].node.variable_definitions or ():
        type_ = get_named_type(type_from_ast(core(), d.type))
        value = nearly(type_)
        names[d.variable.name.value] = value | st.lists(value, max_size=3) | ANY
    return draw(st.fixed_dictionaries({}, optional=names))


def reference(node: OperationDefinitionNode, given_: dict[str, Any]) -> Any:
    """Coerce with graphql-core, or give the messages of its errors."""
    values = get_variable_values(
        core(), node.variable_definitions or (), given_, max_errors=5, hide_suggestions=True
    )
    return [e.formatted for e in values] if isinstance(values, list) else values.coerced


def ours(node: OperationDefinitionNode, envoye: dict[str, Any]) -> Any:
    """Coerce as the product does, or give the messages of its errors."""
    try:
        return Variables(core(), node.variable_definitions or ())(envoye)
    except RequestError as e:
        return [x.formatted for x in e.errors]


def typed(value: Any) -> Any:
    """Tell 1 from True and from 1.0, and an enum from its text."""
    if isinstance(value, dict):
        return {k: typed(v) for k, v in value.items()}
    if isinstance(value, list):
        return [typed(v) for v in value]
    if hasattr(value, "__dataclass_fields__"):
        return type(value), typed(vars(value))
    return type(value), value


@pytest.mark.parametrize("texte", OPERATIONS)
@given(data=st.data())
def test_variables_and_arguments_are_those_of_the_libraries(
    texte: str, data: st.DataObject
) -> None:
    """
    Whatever is sent, the values, their types and the messages are graphql-core's and Strawberry's.
    """
    document = Document(schema, core(), Limits(), texte)
    node = document.operations[0].node
    envoye = data.draw(demandes(document))
    attendu = reference(node, envoye)
    lu = ours(node, envoye)
    assert typed(lu) == typed(attendu)
    if isinstance(lu, list):
        return
    for champ in champs(node):
        compare(node, champ, lu)


def champs(node: Any) -> list[FieldNode]:
    """List the fields that have arguments."""
    found = [s for s in node.selection_set.selections if isinstance(s, FieldNode)]
    return found + [c for f in found if f.selection_set for c in champs(f) if c.arguments]


def compare(operation: OperationDefinitionNode, node: FieldNode, variables: Any) -> None:
    parents: Any = (core().get_root_type(operation.operation), core().type_map["Sollicitation"])
    declared = next(p.fields[node.name.value] for p in parents if node.name.value in p.fields)
    of = declared.extensions[BACKREF].arguments
    registry = schema.schema_converter.scalar_registry

    def attendu() -> Any:
        coerced = get_argument_values(declared, node, VariableValues({}, variables))
        read = convert_arguments(coerced, of, registry, schema.config)
        return {a.python_name: None for a in of} | read

    fonction = arguments(schema, declared, node)
    assert issue(lambda: fonction(variables)) == issue(attendu)


def issue(function: Callable[[], Any]) -> Any:
    """Give what a function returns, or what it raises."""
    try:
        return typed(function())
    except Exception as e:  # noqa: BLE001 - it is compared
        return type(e), str(e)
