"""Bombs that are documents: brackets, fields, fragments, operations, directives, texts."""

from collections.abc import Callable

from benchmarks.bombs.family import Family

TOKENS, OCTETS = 1500, 20 * 1024
FIELDS = (100, 300, 1400)
ROOM = 60  # bytes left for what stands around


def many(part: str) -> Callable[[int], str]:
    """Repeat a part in a query; `%` in it is its rank."""
    return lambda n: "{ " + "".join(part.replace("%", str(i)) + " " for i in range(n)) + "}"


def nest(opening: str, core: str, closing: str, around: str = "%") -> Callable[[int], str]:
    """Nest a part in itself, and put it where `%` is."""
    return lambda n: around.replace("%", opening * n + core + closing * n)


def fill(around: str, part: str) -> Callable[[int], str]:
    """Put a part so many times where `%` is."""
    return lambda n: around.replace("%", part * n)


def fragments(body: str, start: str = "{ ...f0 }") -> Callable[[int], str]:
    """Write fragments; `%` is the rank of one, `>` of the next, `@` of the next in a ring."""

    def write(n: int) -> str:
        parts = []
        for i in range(n):
            inner = (
                body.replace("%", str(i)).replace(">", str(i + 1)).replace("@", str((i + 1) % n))
            )
            parts.append(f"fragment f{i} on Query {{ {inner} }}")
        return " ".join([start, *parts, f"fragment f{n} on Query {{ moi {{ id }} }}"])

    return write


def dense(*, ring: bool) -> Callable[[int], str]:
    """Have each fragment spread all others, or all that follow."""

    def write(n: int) -> str:
        spreads = (range(0 if ring else i + 1, n + (not ring)) for i in range(n))
        parts = [
            f"fragment f{i} on Query {{ {' '.join(f'...f{j}' for j in some)} }}"
            for i, some in enumerate(spreads)
        ]
        return " ".join(["{ ...f0 }", *parts, f"fragment f{n} on Query {{ moi {{ id }} }}"])

    return write


def side_by_side(n: int) -> str:
    """Spread fragments of the same field beside each other."""
    parts = [f"fragment f{i} on Query {{ moi {{ id }} }}" for i in range(n)]
    return "{ " + " ".join(f"...f{i}" for i in range(n)) + " } " + " ".join(parts)


def operations(part: str, after: str = "") -> Callable[[int], str]:
    """Write operations; `%` is the rank of one."""
    return lambda n: " ".join(part.replace("%", str(i)) for i in range(n)) + after


def lines(n: int) -> str:
    """Have one error name hundreds of places, after thousands of lines."""
    return "query(" + "\n" * n + "$a: Int " * 350 + ") { moi { id } }"


def introspection(n: int) -> str:
    """Go round from types to their fields and back."""
    return "{ __schema { types " + "{ fields { type " * n + "{ name } " + "} } " * n + "} }"


BIG = (2_000, OCTETS - ROOM, OCTETS + 1)
WORDS = (100, 460, TOKENS)
FRAGMENTS = (30, 100, 200)
NODES = "{ nodes(ids: %) { id } }"
SEARCH = 'sollicitations(espace: SUPPORT, filtre: {texte: "abc"}, first: 100)'
FILTER = "{ sollicitations(espace: SUPPORT, filtre: {%}) { totalCount } }"

FAMILIES = {
    # Brackets
    "nested fields": Family(nest("a { ", "a ", "} ", "{ % }"), (6, 12, 300)),
    "nested inline fragments": Family(
        nest("... on Query { ", "moi { id } ", "} ", "{ % }"), (10, 38, 300)
    ),
    "nested lists": Family(nest("[", '"a"', "]", NODES), (5, 36, 700)),
    "nested objects": Family(nest("{a: ", "1", "}", FILTER), (5, 36, 400)),
    "nested types": Family(nest("[", "Int", "]", "query($a: %) { moi { id } }"), (5, 38, 700)),
    "nested defaults": Family(
        nest("[", "1", "]", "query($a: [Int] = %) { moi { id } }"), (5, 38, 700)
    ),
    "braces left open": Family(fill("%", "{ a "), (30, 40, 700)),
    "brackets left open": Family(fill("{ nodes(ids: %", "["), (30, 38, 1400)),
    "selections without fields": Family(many("moi { }"), (30, 300, 480)),
    # Fields
    "unknown fields": Family(many("x%"), FIELDS),
    "fields of one name": Family(fill("{ moi { % } }", "id "), (100, 298, 1400)),
    "objects of one name": Family(many("moi { id }"), (30, 69, 350)),
    "objects within objects of one name": Family(
        many("synthese(espace: SUPPORT) { nodes { structureEmettrice { id } } }"),
        (20, 40, 80),
    ),
    "roots with arguments": Family(many('node(id: "a") { id }'), (30, 69, 130)),
    "roots with long arguments": Family(many('nodes(ids: ["a" "b" "c" "d"]) { id }'), (30, 69, 99)),
    "names in conflict": Family(many("a: moi { id } a: categories { code }"), (5, 15, 100)),
    "typenames": Family(many("__typename"), FIELDS),
    "inline fragments": Family(many("... on Query { moi { id } }"), (30, 69, 180)),
    "inline fragments without a type": Family(many("... { ... { moi { id } } }"), (30, 69, 140)),
    "aliases": Family(many("a%: moi { id }"), (10, 30, 200)),
    "aliases of a search": Family(many(f"a%: {SEARCH} {{ totalCount }}"), (5, 30, 60)),
    "objects by the thousand": Family(
        many(f"a%: {SEARCH} {{ nodes {{ historique(first: 100) {{ seq }} }} }}"), (1, 2, 30)
    ),
    # Fragments
    "ring of fragments": Family(fragments("...f@"), (3, 100, 200)),
    "ring of fragments with fields": Family(fragments("moi { id } ...f@"), (3, 60, 150)),
    "chain of fragments": Family(fragments("...f>"), (10, 37, 200)),
    "doubling fragments": Family(fragments("...f> ...f>"), (5, 8, 150)),
    "doublings that select nothing": Family(
        fragments("...f> ...f>", "mutation { ...f0 }"), (5, 8, 150)
    ),
    "doubling fragments by aliases": Family(fragments("a: moi { id } ...f> ...f>"), (3, 6, 80)),
    "fragments that spread themselves": Family(fragments("...f% ...f%"), (1, 50, 150)),
    "dense ring of fragments": Family(dense(ring=True), (3, 12, 24)),
    "dense fragments": Family(dense(ring=False), (3, 8, 30)),
    "fragments side by side": Family(side_by_side, (20, 60, 90)),
    "unused fragments": Family(fragments("moi { id }"), FRAGMENTS),
    "an unused fragment": Family(
        fill("{ moi { id } } fragment f on Query { % }", "moi { id } "), (30, 69, 350)
    ),
    "unused fragments of many fields": Family(
        operations("fragment f% on Utilisateur { " + "id " * 200 + "}", " { moi { id } }"),
        (1, 5, 7),
    ),
    "fragments of one name": Family(
        operations("fragment f on Query { moi { id } }", " { ...f }"), (2, 100, 200)
    ),
    "unknown fragments": Family(many("...x%"), (100, 700, 800)),
    "fragments on unknown types": Family(many("... on X% { id }"), (50, 240, 300)),
    # Operations
    "operations": Family(operations("query o% { moi { id } }"), (5, 10, 200)),
    "anonymous operations": Family(operations("{ moi { id } }"), (2, 10, 300)),
    "operations of one name": Family(operations("query o { moi { id } }"), (2, 10, 200)),
    "operations of one large fragment": Family(
        operations("query o% { ...f }", " fragment f on Query { moi { " + "id " * 250 + "} }"),
        (2, 9, 200),
    ),
    "operations of many fields": Family(
        operations("query o% { moi { " + "id " * 130 + "} }"), (3, 10, 11)
    ),
    "mutations": Family(
        lambda n: "mutation " + many('a%: cloturer(input: {id: "x"}) { __typename }')(n),
        (2, 30, 90),
    ),
    "subscriptions": Family(operations("subscription s% { a }"), (1, 10, 200)),
    "definitions of types": Family(operations("type A% { a: Int }"), (10, 160, 300)),
    "extensions of types": Family(operations("extend type Query { a%: Int }"), (10, 150, 300)),
    # Directives
    "directives": Family(fill("{ moi % { id } }", "@include(if: true) "), (1, 30, 250)),
    "unknown directives": Family(fill("{ moi % { id } }", "@x "), (5, 30, 740)),
    "directives of an operation": Family(fill("query % { moi { id } }", "@x "), (5, 30, 740)),
    "directives of a variable": Family(
        fill("query($a: Int %) { moi { id } }", "@x "), (5, 30, 740)
    ),
    "directives of fragments": Family(many("... @skip(if: true) { moi { id } }"), (5, 30, 100)),
    # Variables
    "variables": Family(
        lambda n: "query(" + " ".join(f"$a{i}: Int" for i in range(n)) + ") { moi { id } }",
        (50, 370, 500),
    ),
    "variables of one name": Family(fill("query(%) { moi { id } }", "$a: Int "), (50, 370, 500)),
    "variables of unknown types": Family(
        lambda n: "query(" + " ".join(f"$a{i}: X{i}" for i in range(n)) + ") { moi { id } }",
        (50, 370, 500),
    ),
    "undefined variables": Family(
        lambda n: NODES.replace("%", "[" + " ".join(f"$a{i}" for i in range(n)) + "]"), WORDS
    ),
    "long defaults": Family(
        fill("query($a: [ID!] = [%]) { nodes(ids: $a) { id } }", '"a" '), (90, 1470, 2000)
    ),
    "errors after many lines": Family(lines, (100, 17_000, OCTETS)),
    # Arguments
    "arguments of one name": Family(fill("{ node(%) { id } }", "id: 1 "), WORDS),
    "unknown arguments": Family(
        lambda n: "{ moi(" + " ".join(f"a{i}: 1" for i in range(n)) + ") { id } }", WORDS
    ),
    "unknown fields of an input": Family(
        lambda n: FILTER.replace("%", " ".join(f"a{i}: 1" for i in range(n))), WORDS
    ),
    "fields of one name of an input": Family(fill(FILTER, 'texte: "abc" '), WORDS),
    "long list": Family(lambda n: NODES.replace("%", "[" + '"a" ' * n + "]"), (90, 1480, 3000)),
    "list of wrong items": Family(
        lambda n: NODES.replace("%", "[" + "1.5 " * n + "]"), (90, 1480, 3000)
    ),
    "list of objects": Family(lambda n: NODES.replace("%", "[" + "{} " * n + "]"), (90, 740, 1500)),
    # Texts
    "long string": Family(fill('{ node(id: "%") { id } }', "a"), BIG),
    "long invalid choice": Family(fill("{ synthese(espace: %) { totalCount } }", "X"), BIG),
    "unicode escapes": Family(fill('{ node(id: "%") { id } }', "\\u00e9"), (300, 3400, 3500)),
    "braced escapes": Family(fill('{ node(id: "%") { id } }', "\\u{1F600}"), (200, 2040, 2300)),
    "lone surrogates": Family(fill('{ node(id: "%") { id } }', "\\uD800"), (1, 3400, 3500)),
    "short escapes": Family(fill('{ node(id: "%") { id } }', "\\n"), (1000, 10_200, 10_300)),
    "block string": Family(fill('{ node(id: """%""") { id } }', "\n"), BIG),
    "indented block string": Family(
        fill('{ node(id: """%""") { id } }', " \n  "), (500, 5100, 5200)
    ),
    "quotes in a block string": Family(
        fill('{ node(id: """%""") { id } }', '\\"""'), (500, 5080, 5200)
    ),
    "string left open": Family(fill('{ node(id: "%', "a"), BIG),
    "comments": Family(fill("{ moi { id } } %", "#\n"), (500, 1490, 10_300)),
    "long comment": Family(fill("{ moi { id } } #%", "x"), BIG),
    "commas": Family(fill("{ moi { id } %}", ","), BIG),
    "byte order marks": Family(fill("%{ moi { id } }", "\ufeff"), (600, 6800, 6900)),
    "lines": Family(fill("%{ moi { id } }", "\n"), BIG),
    "lines of Windows": Family(fill("%{ moi { id } }", "\r\n"), (1000, 10_200, 10_300)),
    "tabs": Family(fill("%{ moi { id } }", "\t"), BIG),
    "long name": Family(fill("{ % }", "x"), BIG),
    "long alias": Family(fill("{ %: moi { id } }", "x"), BIG),
    "long directive": Family(fill("{ moi @% { id } }", "x"), BIG),
    "long type": Family(fill("{ ... on % { id } }", "x"), BIG),
    "long variable": Family(fill("query($%: Int) { moi { id } }", "x"), BIG),
    "description": Family(fill('"""%""" query a { moi { id } }', "a\n"), (500, 10_200, 10_300)),
    "long integer": Family(
        fill("{ synthese(espace: SUPPORT, first: %) { totalCount } }", "9"), BIG
    ),
    "long number": Family(
        fill("{ synthese(espace: SUPPORT, first: 1.%) { totalCount } }", "9"), BIG
    ),
    "long exponent": Family(
        fill("{ synthese(espace: SUPPORT, first: 1e%) { totalCount } }", "9"), BIG
    ),
    # Introspection
    "introspection loop": Family(introspection, (1, 3, 40)),
    "introspection by aliases": Family(
        many("a%: __schema { types { fields { args { type { name } } } } }"), (3, 30, 60)
    ),
    "types by aliases": Family(
        many('a%: __type(name: "Sollicitation") { fields { type { name } } }'), (3, 30, 60)
    ),
    "possible types": Family(
        lambda n: introspection(n).replace("fields { type", "possibleTypes { interfaces"),
        (1, 3, 40),
    ),
    "types of types": Family(
        nest("ofType { ", "name ", "} ", "{ __schema { types { fields { type { % } } } } }"),
        (3, 9, 200),
    ),
}
