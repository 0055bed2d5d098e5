"""Random requests: documents, variables, bodies, headers and paths, each a change of a good one."""

import json
import random
import string
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple
from urllib.parse import quote_from_bytes

from benchmarks.bombs.families import bombs

PATHS = (
    "/ /graphql /schema.graphql /vivant /pret /metrics /demo/comptes /telechargements/ "
    "/televersements/"
).split()
WORDS = (
    "{ } ( ) [ ] : ! = | & $a $b @skip(if:true) @include(if:$a) ... ...f on Query Mutation query "
    "mutation fragment f subscription moi id node nodes sollicitation sollicitations synthese "
    "structures categories edges totalCount first -1 1.5e9 99999999999999999999 null true RECUES "
    'SUPPORT filtre input __schema __type __typename # \ufeff , "" '
    '"x" """x""" \u00e9 \u202e \\u0000 ; \' % \u0000'
).split(" ")
TEXTS = (
    "",
    "a",
    "\0",
    "' OR 1=1 --",
    "%_\\",
    "../../etc/passwd",
    "\u202e\u0300\ufdfa",
    "\ud83d\ude00",
    "{{7*7}}",
    "<script>",
    "=1+1",
    "A" * 300,
    "2026-02-30",
    "2026-01-01T00:00:00+99:00",
    "VXRpbGlzYXRldXI6MQ==",
    "VXRpbGlzYXRldXI6OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk=",
)
HEADERS = (
    "accept content-type content-encoding authorization idempotency-key origin host cookie "
    "x-forwarded-for transfer-encoding accept-encoding range if-none-match expect upgrade "
    "connection te content-disposition"
).split()
VALUES = (
    "*/*",
    "application/json",
    "application/graphql-response+json;q=0.5, text/html;q=x",
    "text/event-stream",
    "gzip",
    "Bearer ",
    "Bearer a.b.c",
    "Basic eA==",
    "localhost",
    "a, b",
    "bytes=0-1,5-",
    "100-continue",
    "websocket",
    "multipart/form-data; boundary=x",
    "application/json; charset=utf-16",
)


class Sent(NamedTuple):
    """One request, as the server's protocol would hand it over."""

    kind: str
    method: str
    path: str
    query: bytes
    headers: list[tuple[bytes, bytes]]
    body: bytes


class Inputs:
    """Writes random requests; a seed gives the same ones again."""

    def __init__(
        self, seed: int, tokens: Sequence[str], documents: Sequence[str], links: Sequence[str]
    ) -> None:
        self._dice = random.Random(seed)  # noqa: S311 - of no secret
        self._tokens, self._documents, self._links = tokens, documents, links
        self._bombs = [b for b in bombs() if b.size == "small"]

    def next(self) -> Sent:
        """Write one."""
        kinds: tuple[tuple[str, Callable[[], Sent]], ...] = (
            ("documents", self._document),
            ("variables", self._variables),
            ("bodies", self._body),
            ("headers", self._headers),
            ("paths", self._path),
        )
        _, write = self._dice.choices(kinds, (40, 10, 20, 10, 20))[0]
        return write()

    def _once_in(self, times: int) -> bool:
        return not self._dice.randrange(times)

    def _document(self) -> Sent:
        text = self._text()
        return self._post("documents", json.dumps({"query": text, "variables": self._object(1)}))

    def _text(self) -> str:
        dice = self._dice
        if self._once_in(3):
            return " ".join(dice.choices(WORDS, k=dice.randrange(1, 40)))
        words = dice.choice(self._documents).split(" ")
        for _ in range(dice.randrange(1, 5)):
            at = dice.randrange(len(words))
            change = dice.choice(("put", "replace", "drop", "repeat"))
            if change == "put":
                words.insert(at, dice.choice(WORDS))
            elif change == "replace":
                words[at] = dice.choice(WORDS)
            elif change == "drop" and len(words) > 1:
                del words[at]
            else:
                words[at:at] = words[at : at + dice.randrange(1, 9)]
        return " ".join(words)

    def _variables(self) -> Sent:
        asked = {"query": self._dice.choice(self._documents), "variables": self._object(3)}
        if self._once_in(5):
            asked["operationName"] = self._value(1)
        return self._post("variables", json.dumps(asked))

    def _object(self, depth: int) -> dict[str, Any]:
        names = [
            "input",
            "id",
            "ids",
            "espace",
            "filtre",
            "first",
            "after",
            "tri",
            "texte",
            "statut",
        ]
        some = self._dice.sample(names, self._dice.randrange(5))
        return {name: self._value(depth) for name in some}

    def _value(self, depth: int) -> Any:
        dice = self._dice
        kind = dice.randrange(9 if depth else 6)
        scalars: tuple[Callable[[], Any], ...] = (
            lambda: dice.choice(TEXTS),
            lambda: dice.choice((0, -1, 1, 100, 101, 2**31, 2**63, 10**30, 1.5, 1e308)),
            lambda: dice.choice((None, True, False)),
            lambda: dice.choice(("RECUES", "EMISES", "SUPPORT", "A_TRAITER", "CLOTUREE")),
            lambda: (
                "".join(chr(dice.randrange(0x110000)) for _ in range(5))
                .encode("utf-8", "replace")
                .decode()
            ),
            lambda: "".join(dice.choices(string.printable, k=dice.randrange(30))),
        )
        if kind < len(scalars):
            return scalars[kind]()
        if kind == len(scalars):
            return [self._value(depth - 1) for _ in range(dice.randrange(4))]
        return self._object(depth - 1) | {dice.choice(TEXTS): self._value(depth - 1)}

    def _body(self) -> Sent:
        dice = self._dice
        body = bytearray(
            self._document().body if not self._once_in(5) else dice.choice(self._bombs).body(1)
        )
        for _ in range(dice.randrange(1, 6)):
            at = dice.randrange(len(body) + 1)
            change = dice.randrange(3)
            if change == 0:
                body[at:at] = dice.randbytes(dice.randrange(1, 4))
            elif change == 1:
                del body[at : at + dice.randrange(1, 20)]
            else:
                body[at:at] = dice.choice(
                    (b"{", b"}", b"[", b"]", b'"', b"\\u0000", b"\\ud800", b"9" * 40, b"null")
                )
        return self._post("bodies", bytes(body))

    def _headers(self) -> Sent:
        sent = self._document()
        headers = list(sent.headers)
        for _ in range(self._dice.randrange(1, 5)):
            name = self._dice.choice(HEADERS).encode()
            headers.append((name, self._header()))
        self._dice.shuffle(headers)
        return sent._replace(kind="headers", headers=headers)

    def _header(self) -> bytes:
        if not self._once_in(3):
            return self._dice.choice(VALUES).encode()
        raw = self._dice.randbytes(self._dice.randrange(40))
        return bytes(b for b in raw if b not in b"\r\n\0")

    def _path(self) -> Sent:
        dice = self._dice
        path = dice.choice(self._links) if not self._once_in(3) else dice.choice(PATHS)
        raw = bytearray(path.encode())
        for _ in range(dice.randrange(4)):
            at = dice.randrange(1, len(raw) + 1)
            if self._once_in(2):
                raw[at:at] = dice.choice(
                    (b"..", b"/", b"%00", b"\xff", b"a", b".", dice.randbytes(2))
                )
            else:
                del raw[at : at + dice.randrange(1, 9)]
        method = dice.choices(
            ("GET", "PUT", "POST", "HEAD", "OPTIONS", "DELETE", "TRACE"), (8, 6, 2, 2, 1, 1, 1)
        )[0]
        headers = [*self._usual()[: dice.randrange(4)], (b"range", self._header())]
        query = dice.choice((b"", b"query={__typename}", b"a=%ff&b", dice.randbytes(8)))
        body = dice.randbytes(dice.randrange(200)) if method in {"PUT", "POST"} else b""
        return Sent("paths", method, bytes(raw).decode("utf-8", "replace"), query, headers, body)

    def _post(self, kind: str, body: str | bytes) -> Sent:
        raw = body if isinstance(body, bytes) else body.encode("utf-8", "replace")
        return Sent(kind, "POST", "/graphql", b"", self._usual(), raw)

    def _usual(self) -> list[tuple[bytes, bytes]]:
        token = self._dice.choice(self._tokens)
        return [
            (b"host", b"localhost"),
            (b"content-type", b"application/json"),
            (b"authorization", f"Bearer {token}".encode()),
        ]


def wire(sent: Sent, dice: random.Random) -> bytes:
    """Write a request as bytes on a connection, sometimes cut or changed."""
    target = quote_from_bytes(sent.path.encode()).encode() + (
        b"?" + sent.query if sent.query else b""
    )
    lines = [b"%s %s HTTP/1.1" % (sent.method.encode(), target), b"connection: close"]
    lines += [b"%s: %s" % header for header in sent.headers]
    lines.append(b"content-length: %d" % len(sent.body))
    raw = bytearray(b"\r\n".join(lines) + b"\r\n\r\n" + sent.body)
    if dice.randrange(2):
        for _ in range(dice.randrange(1, 4)):
            at = dice.randrange(len(raw))
            raw[at : at + dice.randrange(3)] = dice.choice(
                (b"", b"\r\n", b"\0", b":", b" ", dice.randbytes(2))
            )
    return bytes(raw)
