"""What a document may cost before anybody looks at what it means: one linear pass."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    Lexer,
    Node,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    Source,
    TokenKind,
)
from solli_graphql.domain.errors import EntreeInvalide, LimiteDepassee

OPENING = {TokenKind.BRACE_L, TokenKind.BRACKET_L, TokenKind.PAREN_L}
CLOSING = {TokenKind.BRACE_R, TokenKind.BRACKET_R, TokenKind.PAREN_R}
INTROSPECTION = {"__schema", "__type"}
LIST_LIMIT = 100
ALLOWANCE = 4  # levels more below these: the standard introspection is 15 deep


@dataclass(frozen=True, slots=True)
class Limits:
    """The most that one document may have."""

    octets: int = 20 * 1024
    tokens: int = 1500
    nesting: int = 40  # brackets of any kind, which the parser recurses on
    depth: int = 12
    fields: int = 300
    aliases: int = 30
    directives: int = 30
    operations: int = 10
    objects: int = 5000  # that it may give, by its variables and page sizes

    def check_text(self, text: str) -> None:
        """Count bytes, tokens and brackets. Raises LimiteDepassee, or GraphQLSyntaxError."""
        if len(text.encode()) > self.octets:
            _refuse("Ce document", self.octets // 1024, "Kio")
        depth = 0
        for count, kind in enumerate(_tokens(text)):
            depth += (kind in OPENING) - (kind in CLOSING)
            if depth > self.nesting:
                _refuse("L'imbrication de ce document", self.nesting, "niveaux")
            if count >= self.tokens:
                _refuse("Ce document", self.tokens, "jetons lexicaux")

    def check_document(self, document: DocumentNode) -> None:
        """Count what the document selects, fragments spread out. Raises LimiteDepassee."""
        measure = _Measure(document)
        operations = [d for d in document.definitions if isinstance(d, OperationDefinitionNode)]
        aliases, directives = _counted(document)
        depths = [measure.below(o.selection_set) for o in operations]
        checks = (
            ("Le nombre d'opérations de ce document", len(operations), self.operations),
            ("Le nombre d'alias de ce document", aliases, self.aliases),
            ("Le nombre de directives de ce document", directives, self.directives),
            (
                "Le nombre de champs de ce document",
                max((f for _, f in depths), default=0),
                self.fields,
            ),
            ("La profondeur de ce document", max((d for d, _ in depths), default=0), self.depth),
        )
        for what, found, limit in checks:
            if found > limit:
                _refuse(what, limit, "")
        for o in operations:
            if o.operation is OperationType.MUTATION and measure.roots(o.selection_set) > 1:
                _refuse("Le nombre de mutations d'un document", 1, "")

    def check_objects(self, objects: int) -> None:
        """Bound what an answer may hold. Raises LimiteDepassee."""
        if objects > self.objects:
            _refuse(f"Cette demande peut rendre {objects} objets, ce qui", self.objects, "")


def _refuse(what: str, limit: int, unit: str) -> None:
    message = f"{what} dépasse la limite de {limit} {unit}".strip() + "."
    raise LimiteDepassee(message)


def check_arguments(value: Any, *, texts: bool) -> None:
    """Refuse a list too long, or a NUL in a text, which PostgreSQL cannot store."""
    if isinstance(value, str):
        if texts and "\0" in value:
            message = "Le caractère NUL n'est pas admis."
            raise EntreeInvalide(message)
        return
    if isinstance(value, list) and len(value) > LIST_LIMIT:
        message = f"Une liste a au plus {LIST_LIMIT} éléments."
        raise EntreeInvalide(message)
    for inner in _below(value):
        # Most are absent, or names and texts without a NUL.
        if inner is not None and not (isinstance(inner, str) and "\0" not in inner):
            check_arguments(inner, texts=texts)


def _below(value: Any) -> Iterable[Any]:
    if isinstance(value, dict):
        return value.values()
    if isinstance(value, list):
        return value
    return vars(value).values() if hasattr(value, "__dataclass_fields__") else ()


def _tokens(text: str) -> Iterator[TokenKind]:
    lexer = Lexer(Source(text))
    while (token := lexer.advance()).kind is not TokenKind.EOF:
        yield token.kind


def _counted(document: DocumentNode) -> tuple[int, int]:
    """Count aliases and directives as they are written."""
    aliases = directives = 0
    stack: list[Node] = list(document.definitions)
    while stack:
        node = stack.pop()
        aliases += isinstance(node, FieldNode) and node.alias is not None
        directives += len(getattr(node, "directives", None) or ())
        below = getattr(node, "selection_set", None)
        stack.extend(below.selections if below else ())
    return aliases, directives


class _Measure:
    """Measures selections, each fragment once: a doubling chain costs as much as a plain one."""

    def __init__(self, document: DocumentNode) -> None:
        self._fragments = {
            d.name.value: d for d in document.definitions if isinstance(d, FragmentDefinitionNode)
        }
        self._known: dict[str, tuple[int, int]] = {}

    def below(self, selections: SelectionSetNode | None) -> tuple[int, int]:
        """Give the depth and the number of fields of a selection set."""
        depth = fields = 0
        for node in selections.selections if selections else ():
            d, f = self._one(node)
            depth, fields = max(depth, d), min(fields + f, 10**9)
        return depth, fields

    def _one(self, node: Node) -> tuple[int, int]:
        if isinstance(node, FragmentSpreadNode):
            return self._fragment(node.name.value)
        depth, fields = self.below(getattr(node, "selection_set", None))
        if not isinstance(node, FieldNode):
            return depth, fields
        allowance = ALLOWANCE if node.name.value in INTROSPECTION else 0
        return max(depth + 1 - allowance, 1), fields + 1

    def _fragment(self, name: str) -> tuple[int, int]:
        if name not in self._known:
            self._known[name] = (0, 0)  # a cycle, which validation refuses
            fragment = self._fragments.get(name)
            self._known[name] = self.below(fragment.selection_set if fragment else None)
        return self._known[name]

    def roots(self, selections: SelectionSetNode, seen: frozenset[str] = frozenset()) -> int:
        """Count the root fields of an operation."""
        total = 0
        for node in selections.selections:
            if isinstance(node, FieldNode):
                total += 1
            elif isinstance(node, FragmentSpreadNode):
                name = node.name.value
                if name not in seen and name in self._fragments:
                    total += self.roots(self._fragments[name].selection_set, seen | {name})
            else:
                total += self.roots(node.selection_set, seen)  # type: ignore[attr-defined]
            if total > 1:
                return total
        return total
