"""The list of trusted documents: a file read, and checked whole, before anybody is served."""

import hashlib
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple, NoReturn

from graphql import FieldNode, GraphQLError, Node
from solli_graphql.domain.errors import Empechement, SolliError
from solli_graphql.graphql.coercion import RequestError
from solli_graphql.graphql.documents import Document
from solli_graphql.graphql.limits import INTROSPECTION, Limits
from solli_graphql.graphql.schema import core, schema

APOLLO = "apollo-persisted-query-manifest"
SHA256 = "sha256:"
MOST = 2000  # all of them stay compiled, in each process


class Listed(NamedTuple):
    """What a list holds: texts by id, and documents by text."""

    texts: dict[str, str]
    documents: dict[str, Document]


def identifier(text: str) -> str:
    """Give the id that GraphQL over HTTP has for a text: its hash."""
    return SHA256 + hashlib.sha256(text.encode()).hexdigest()


def load(path: Path, limits: Limits, *, introspection: bool = True) -> Listed:
    """Read a list. Raises Empechement, which names the file and the document in fault."""
    documents: dict[str, Document] = {}
    try:
        texts = _texts(path)
        for id_, text in texts.items():
            document = check(id_, text, limits)
            if not introspection and _introspects(document):
                _fault(f"« {id_} » lit le schéma, ce que SOLLI_DOCUMENTS_SEULS interdit.")
            documents[text] = document
    except ValueError as e:
        message = f"La liste de documents {path} ne peut pas servir : {e}"
        raise Empechement(message) from e
    return Listed(texts, documents)


def _texts(path: Path) -> dict[str, Any]:
    """Read the texts by id: of a plain object, or of Apollo's manifest. Raises ValueError."""
    try:
        read = json.loads(path.read_bytes(), object_pairs_hook=_object)
    except (OSError, RecursionError, UnicodeDecodeError, json.JSONDecodeError):
        _fault("ce n'est pas un fichier JSON lisible.")
    if isinstance(read, dict) and "operations" in read:
        read = _object(_apollo(read))
    if not isinstance(read, dict) or not read:
        _fault("il faut un objet JSON qui donne à chaque identifiant son document.")
    if len(read) > MOST:
        _fault(f"elle dépasse la limite de {MOST} documents.")
    return read


def _object(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """Make an object. Raises ValueError when a name is there twice."""
    made: dict[str, Any] = {}
    for name, value in pairs:
        if name in made:
            _fault(f"« {name} » y est deux fois.")
        made[name] = value
    return made


def _apollo(manifest: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    operations = manifest["operations"]
    known = (manifest.get("format"), manifest.get("version")) == (APOLLO, 1)
    if not known or not isinstance(operations, list):
        _fault("ce manifeste n'est pas du format d'Apollo, version 1.")
    for o in operations:
        if not isinstance(o, dict) or not isinstance(o.get("id"), str):
            _fault("une opération de ce manifeste n'a pas d'identifiant.")
        yield o["id"], o.get("body")


def check(id_: str, text: Any, limits: Limits) -> Document:
    """Check one document, and give it. Raises ValueError."""
    if not id_.strip() or not isinstance(text, str):
        _fault(f"« {id_} » ne donne pas le texte d'un document.")
    try:
        if id_.startswith(SHA256) and id_ != identifier(text):
            _fault(f"« {id_} » n'est pas l'empreinte de son document.")
        document = Document(schema, core(), limits, text)
    except (RequestError, GraphQLError) as e:
        (first, *_) = getattr(e, "errors", [e])
        _fault(f"« {id_} » ne suit pas le schéma ({first.message})")
    except SolliError as e:
        _fault(f"« {id_} » : {e.message}")
    if not document.operations:
        _fault(f"« {id_} » n'a aucune opération.")
    return document


def _introspects(document: Document) -> bool:
    """Tell whether a document reads the schema, anywhere in it."""
    stack: list[Node] = list(document.node.definitions)
    while stack:
        node = stack.pop()
        if isinstance(node, FieldNode) and node.name.value in INTROSPECTION:
            return True
        below = getattr(node, "selection_set", None)
        stack.extend(below.selections if below else ())
    return False


def _fault(what: str) -> NoReturn:
    raise ValueError(what)
