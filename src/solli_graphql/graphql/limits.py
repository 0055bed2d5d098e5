"""What a document may cost before anybody looks at what it means: one linear pass."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

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
MANY = 10**9  # where counting stops
NESTING = "L'imbrication de ce document"
COMPOSITE = 20  # what comparing two fields that hold something costs, two that do not being 1


@dataclass(frozen=True, slots=True)
class Limits:
    """The most that one document may have."""

    octets: int = 20 * 1024
    tokens: int = 1500
    nesting: int = 40  # brackets of any kind, or selections by fragments: they are recursed on
    selections: int = 3000  # of all operations and fragments, each spread out
    comparisons: int = 50_000  # of the fields that validation compares two by two
    depth: int = 12
    fields: int = 300
    aliases: int = 30
    directives: int = 30
    operations: int = 10
    objects: int = 5000  # that it may give, by its variables and page sizes

    def check_text(self, text: str) -> int:
        """Count bytes, brackets and tokens. Raises LimiteDepassee or GraphQLError."""
        if len(text.encode()) > self.octets:
            _refuse("Ce document", self.octets // 1024, "Kio")
        depth = count = 0
        for count, kind in enumerate(_tokens(text), 1):
            depth += (kind in OPENING) - (kind in CLOSING)
            if depth > self.nesting:
                _refuse(NESTING, self.nesting, "niveaux")
            if count > self.tokens:
                _refuse("Ce document", self.tokens, "jetons lexicaux")
        return count

    def check_document(self, document: DocumentNode) -> int:
        """
        Count what the document selects, fragments spread out, used or not; give its root fields.

        Raises LimiteDepassee, or EntreeInvalide for a fragment within itself.
        """
        measure = _Measure(document, self.nesting)
        operations = [d for d in document.definitions if isinstance(d, OperationDefinitionNode)]
        sizes = [measure.below(o.selection_set) for o in operations]
        every = [_Size(), *sizes, *map(measure.fragment, measure.fragments)]
        aliases, directives = _counted(document)
        checks = (
            ("Le nombre d'opérations de ce document", len(operations), self.operations),
            ("Le nombre d'alias de ce document", aliases, self.aliases),
            ("Le nombre de directives de ce document", directives, self.directives),
            ("Le nombre de champs de ce document", max(s.fields for s in every), self.fields),
            ("La profondeur de ce document", max((s.depth for s in sizes), default=0), self.depth),
            (
                "Le nombre de sélections de ce document",
                sum(s.selections for s in every),
                self.selections,
            ),
        )
        for what, found, limit in checks:
            if found > limit:
                _refuse(what, limit, "")
        for o, size in zip(operations, sizes, strict=True):
            if o.operation is OperationType.MUTATION and size.roots > 1:
                _refuse("Le nombre de mutations d'un document", 1, "")
        # What is walked here is bounded by the selections, counted above.
        defined = [*operations, *measure.fragments.values()]
        compared = sum(measure.compared([d.selection_set]) for d in defined)
        if compared + _pairs(len(measure.fragments)) * COMPOSITE > self.comparisons:
            _refuse("La comparaison des champs répétés de ce document", self.comparisons, "")
        return sum(s.roots for s in sizes)

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
    """Give the kind of each token, comments included: thousands of them take as long as others."""
    lexer = Lexer(Source(text))
    token = lexer.token
    while (token := lexer.read_next_token(token.end)).kind is not TokenKind.EOF:
        yield token.kind


def _counted(document: DocumentNode) -> tuple[int, int]:
    """Count aliases and directives as they are written."""
    aliases = directives = 0
    stack: list[Node] = list(document.definitions)
    while stack:
        node = stack.pop()
        aliases += isinstance(node, FieldNode) and node.alias is not None
        directives += len(getattr(node, "directives", None) or ())
        stack.extend(getattr(node, "variable_definitions", None) or ())
        below = getattr(node, "selection_set", None)
        stack.extend(below.selections if below else ())
    return aliases, directives


class _Size(NamedTuple):
    """What a selection set holds, fragments spread out."""

    depth: int = 0  # levels of fields
    nesting: int = 0  # levels of selections, inline fragments and fragments included
    roots: int = 0  # fields at its first level
    fields: int = 0
    selections: int = 0  # fields and fragments


class _Measure:
    """Measures selections, each fragment once: a doubling chain costs as much as a plain one."""

    def __init__(self, document: DocumentNode, nesting: int) -> None:
        defined = [d for d in document.definitions if isinstance(d, FragmentDefinitionNode)]
        self.fragments = {d.name.value: d for d in defined}
        if len(self.fragments) < len(defined):
            raise EntreeInvalide("Deux fragments de ce document ont le même nom.")
        self._known: dict[str, _Size] = {}
        self._open: set[str] = set()
        self._level, self._nesting = 0, nesting

    def below(self, selections: SelectionSetNode | None) -> _Size:
        """Measure a selection set. Raises LimiteDepassee, or EntreeInvalide for a cycle."""
        if selections is None:
            return _Size()
        self._level += 1
        self._check(self._level)
        each = [self._one(node) for node in selections.selections] or [_Size()]
        self._level -= 1
        depths, nestings, *counts = zip(*each, strict=True)
        self._check(1 + max(nestings))
        return _Size(max(depths), 1 + max(nestings), *(min(sum(c), MANY) for c in counts))

    def _check(self, nesting: int) -> None:
        if nesting > self._nesting:
            _refuse(NESTING, self._nesting, "niveaux")

    def _one(self, node: Node) -> _Size:
        if isinstance(node, FragmentSpreadNode):
            size = self.fragment(node.name.value)
            return size._replace(selections=size.selections + 1)
        size = self.below(getattr(node, "selection_set", None))
        if not isinstance(node, FieldNode):
            return size._replace(selections=size.selections + 1)
        allowance = ALLOWANCE if node.name.value in INTROSPECTION else 0
        depth = max(size.depth + 1 - allowance, 1)
        return _Size(depth, size.nesting, 1, size.fields + 1, size.selections + 1)

    def fragment(self, name: str) -> _Size:
        """Measure a fragment, once."""
        if name in self._open:
            raise EntreeInvalide(f"Le fragment {name[:50]} se contient lui-même.")
        if name not in self._known:
            self._open.add(name)
            fragment = self.fragments.get(name)
            self._known[name] = self.below(fragment.selection_set if fragment else None)
            self._open.remove(name)
        return self._known[name]

    def compared(self, sets: Sequence[SelectionSetNode]) -> int:
        """Count what comparing costs where these selection sets stand together."""
        fields: dict[str, list[FieldNode]] = defaultdict(list)
        spread: set[str] = set()
        stack = list(sets)
        while stack:
            for node in stack.pop().selections:
                if isinstance(node, FieldNode):
                    fields[(node.alias or node.name).value].append(node)
                elif not isinstance(node, FragmentSpreadNode):
                    stack.append(node.selection_set)  # type: ignore[attr-defined]
                elif (name := node.name.value) in self.fragments and name not in spread:
                    spread.add(name)
                    stack.append(self.fragments[name].selection_set)
        total = 0
        for nodes in fields.values():
            inner = [n.selection_set for n in nodes if n.selection_set]
            holding = inner or any(n.arguments for n in nodes)
            total += _pairs(len(nodes)) * (COMPOSITE if holding else 1)
            total += self.compared(inner) if inner else 0
        return total


def _pairs(count: int) -> int:
    return count * (count - 1) // 2
