"""Documents that a request names instead of carrying them."""

import hashlib
import re
import sys
from collections.abc import Mapping
from typing import Any

from cachetools import LRUCache

from solli_graphql.domain.errors import (
    ApqRefusees,
    DocumentInconnu,
    DocumentRefuse,
    EntreeInvalide,
    NonAuthentifie,
)

ID, EXTENSIONS, PERSISTED = "documentId", "extensions", "persistedQuery"
HASH = re.compile("[0-9a-f]{64}")
MOST = 4 * 1024 * 1024  # bytes of the documents registered in one process
ENTRY = 500  # bytes that each takes beside its text


class Named:
    """
    The documents of a list, by their id; `only` where nothing else is served.

    With `apq`, also those that callers register by their hash, the ones used last.
    """

    def __init__(self, listed: Mapping[str, str], *, only: bool = False, apq: bool = False) -> None:
        self._listed, self._only, self._apq = listed, only, apq
        # By the hash of the text, never by an id, which may look like the hash of another.
        self._hashed = {sha256(text): text for text in listed.values()}
        self._registered: LRUCache[str, str] = LRUCache(MOST, getsizeof=_size)

    def concerns(self, asked: Mapping[str, Any]) -> bool:
        """Tell whether a request names a document, or must: all others pay for this alone."""
        return self._only or ID in asked or EXTENSIONS in asked

    def document(self, asked: Mapping[str, Any], *, anonymous: bool) -> tuple[Any, str | None]:
        """
        Give the document that a request names, or what it carries as `query` if it names none.

        With it, the hash to register it by once it has been executed. Raises NonAuthentifie,
        EntreeInvalide, DocumentInconnu, DocumentRefuse or ApqRefusees; without a token a document
        that is known and another one look alike.
        """
        query, id_ = asked.get("query"), asked.get(ID)
        named = _persisted(asked) if query is None or self._apq else None
        if not (self._only or id_ is not None or named is not None):
            return query, None
        if anonymous:
            raise NonAuthentifie
        if id_ is not None:
            if query is not None or named is not None:
                message = "Une demande porte query, documentId ou persistedQuery, et un seul."
                raise EntreeInvalide(message)
            return self._by_id(id_), None
        if named is None:  # only the list is served
            raise DocumentRefuse
        hash_ = _hash(named)
        return (self._by_hash(hash_), None) if query is None else (query, _checked(hash_, query))

    def register(self, hash_: str, text: str) -> None:
        """Keep a document that was executed, until others take its place."""
        if hash_ not in self._hashed and hash_ not in self._registered and _size(text) <= MOST:
            self._registered[hash_] = text

    def _by_id(self, id_: Any) -> str:
        if not isinstance(id_, str):
            message = "documentId doit être un texte."
            raise EntreeInvalide(message)
        if (text := self._listed.get(id_)) is None:
            raise DocumentInconnu
        return text

    def _by_hash(self, hash_: str) -> str:
        text = self._hashed.get(hash_) or self._registered.get(hash_)
        if text is None:
            # Clients know these two by their message, and then send the document, once or always.
            if self._apq or self._only:
                raise DocumentInconnu("PersistedQueryNotFound")
            raise ApqRefusees
        return text


def sha256(text: str) -> str:
    """Give the hash of a document."""
    return hashlib.sha256(text.encode()).hexdigest()


def _persisted(asked: Mapping[str, Any]) -> Any:
    extensions = asked.get(EXTENSIONS)
    return extensions.get(PERSISTED) if isinstance(extensions, dict) else None


def _hash(named: Any) -> str:
    """Read Apollo's form. Raises EntreeInvalide."""
    given = named.get("sha256Hash") if isinstance(named, dict) and named.get("version") == 1 else ""
    if not isinstance(given, str) or not HASH.fullmatch(given):
        message = "persistedQuery doit porter version: 1 et sha256Hash, en hexadécimal minuscule."
        raise EntreeInvalide(message)
    return given


def _checked(hash_: str, query: Any) -> str:
    """Check that a hash is that of its document. Raises EntreeInvalide."""
    if not isinstance(query, str) or sha256(query) != hash_:
        message = "sha256Hash n'est pas l'empreinte de query."
        raise EntreeInvalide(message)
    return hash_


def _size(text: str) -> int:
    return sys.getsizeof(text) + ENTRY
