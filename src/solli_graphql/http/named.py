"""Documents that a request names instead of carrying them."""

from collections.abc import Mapping
from typing import Any

from solli_graphql.domain.errors import (
    DocumentInconnu,
    DocumentRefuse,
    EntreeInvalide,
    NonAuthentifie,
)

ID = "documentId"


class Named:
    """The documents of a list, by their id; `only` where nothing else is served."""

    def __init__(self, listed: Mapping[str, str], *, only: bool = False) -> None:
        self._listed, self._only = listed, only

    def concerns(self, asked: Mapping[str, Any]) -> bool:
        """Tell whether a request names a document, or must: all others pay for this alone."""
        return self._only or ID in asked

    def document(self, asked: Mapping[str, Any], *, anonymous: bool) -> Any:
        """
        Give the document that a request names, or what it carries as `query` if it names none.

        Raises NonAuthentifie, EntreeInvalide, DocumentInconnu or DocumentRefuse; without a token
        a listed id and another one look alike.
        """
        query, id_ = asked.get("query"), asked.get(ID)
        if id_ is None and not self._only:
            return query
        if anonymous:
            raise NonAuthentifie
        if id_ is None:
            raise DocumentRefuse
        if query is not None:
            message = "Une demande porte query ou documentId, pas les deux."
            raise EntreeInvalide(message)
        if not isinstance(id_, str):
            message = "documentId doit être un texte."
            raise EntreeInvalide(message)
        if (text := self._listed.get(id_)) is None:
            raise DocumentInconnu
        return text
