"""
The oracle: graphql-core's own execution of the declared schema, each field read in plain Python.

Of the product it uses the SDL, and pure functions that have tests of their own: `replier`, `vide`,
`actions_possibles`, the pseudonyms. Rows, rights, views, criteria, orders, pages and cursors are
its own.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any

from graphql.utilities import get_operation_ast

from graphql import (
    GraphQLError,
    GraphQLScalarType,
    GraphQLSchema,
    build_schema,
    execute_sync,
    get_variable_values,
    parse,
    validate,
)
from oracle import racines as r
from oracle.champs import CHAMPS, LISTE, en_usage
from oracle.comptes import facettes, statistiques
from oracle.pages import Args, Liste, Objet
from oracle.vues import Appelant, Base, Vie
from solli_graphql.services.liens import Genre


def schema(sdl: str) -> GraphQLSchema:
    """Build the schema from what is published of it."""
    built = build_schema(sdl)
    scalaire: Any = built.type_map["Date"]
    lu = GraphQLScalarType("Date", parse_value=_date)
    for nom in ("parse_value", "parse_literal", "coerce_input_value", "coerce_input_literal"):
        setattr(scalaire, nom, getattr(lu, nom))
    return built


def _date(valeur: object) -> date:
    if isinstance(valeur, str) and re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", valeur):
        try:
            return date.fromisoformat(valeur)
        except ValueError:
            pass
    message = "Une date s'écrit AAAA-MM-JJ."
    raise GraphQLError(message)


class Oracle:
    """Answers operations on the rows of one database."""

    def __init__(self, base: Base, sdl: str) -> None:
        self.base, self.schema = base, schema(sdl)
        self.vies = {
            row["id"]: Vie(row, base.vies[row["id"]]) for row in base.tables["sollicitation"]
        }
        self._appelants: dict[int, Appelant] = {}
        self._document = lru_cache(maxsize=4)(parse)
        self.lus: set[tuple[str, str]] = set()  # the fields that have been read

    def appelant(self, id_: int) -> Appelant:
        """Give somebody."""
        if id_ not in self._appelants:
            self._appelants[id_] = Appelant(self.base, id_, self.vies)
        return self._appelants[id_]

    def valider(self, texte: str) -> dict[str, Any] | None:
        """Tell what is wrong with a document, as the body that a client would read."""
        errors = validate(self.schema, self._document(texte), max_errors=5, hide_suggestions=True)
        return _mal_formee(errors) if errors else None

    def repondre(
        self, id_: int, texte: str, variables: Mapping[str, Any], nom: str | None
    ) -> dict[str, Any]:
        """Answer an operation, as the body that a client would read."""
        document = self._document(texte)
        operation = get_operation_ast(document, nom)
        assert operation is not None
        definitions = operation.variable_definitions or ()
        lues: Any = get_variable_values(
            self.schema, definitions, dict(variables), hide_suggestions=True
        )
        if isinstance(lues, list):
            return _mal_formee(lues)
        result = execute_sync(
            *(self.schema, document),
            context_value=(self.appelant(id_), self.lus),
            variable_values=dict(variables),
            operation_name=nom,
            field_resolver=_champ,
            type_resolver=lambda objet, *_: objet.type,
        )
        body: dict[str, Any] = {"data": result.data}
        if result.errors:
            body["errors"] = [e.formatted for e in result.errors]
        return body


def _mal_formee(errors: Sequence[GraphQLError]) -> dict[str, Any]:
    return {"errors": [{**e.formatted, "extensions": {"code": "BAD_USER_INPUT"}} for e in errors]}


def _champ(objet: Any, info: Any, **args: Any) -> Any:
    """Find the value of a field by its type and its name."""
    type_, nom = info.parent_type.name, info.field_name
    appelant, lus = info.context
    lus.add((type_, nom))
    if type_ == "Query":
        r.controler(args)
        return RACINES[nom](appelant, args)
    if nom in LIENS:
        return LIENS[nom](appelant.id, objet)
    base = appelant.base
    if isinstance(objet, Liste):
        return facettes(base, objet, args) if nom == "facettes" else LISTE[nom](objet)
    if type_ in ("ActionPossible", "StatutPropose"):
        valeur = getattr(objet, _serpent(nom))
        return list(valeur) if isinstance(valeur, tuple) else valeur
    if isinstance(objet, Mapping):
        return objet[nom]
    return _lu(base, objet, (type_, nom), args)


def _lu(base: Base, objet: Any, champ: tuple[str, str], args: Args) -> Any:
    """Read a field of a row."""
    if champ in CHAMPS:
        return CHAMPS[champ](base, objet, args)
    valeur = objet.row[_serpent(champ[1])]
    return valeur.astimezone(UTC).isoformat() if isinstance(valeur, datetime) else valeur


def _url(qui: int, piece: Objet) -> str | None:
    """Link to the bytes for who may fetch them: before a verdict, for who sent them."""
    row, analyste = piece.row, bool(piece.vue and piece.vue.analyste)
    sienne = row["etat"] == "EN_ANALYSE" and row["auteur_id"] == qui
    permise = not analyste and (row["etat"] == "DISPONIBLE" or sienne)
    return lien(qui, Genre.PIECE, row["id"]) if permise else None


def lien(qui: int, genre: Genre, id_: int) -> str:
    """Make a link that tells all that it depends on, and not the time."""
    return f"/{qui}/{genre.name}/{id_}"


def _serpent(nom: str) -> str:
    return re.sub(r"(?=[A-Z])", "_", nom).lower()


LIENS: Mapping[str, Callable[[int, Objet], str | None]] = {
    "pdfUrl": lambda qui, o: lien(qui, Genre.PDF, o.row["id"]),
    "url": _url,
}
RACINES: Mapping[str, Callable[[Appelant, Args], Any]] = {
    "moi": lambda qui, _: Objet("Utilisateur", qui.base.par_id["utilisateur"][qui.id]),
    "node": lambda qui, a: r.node(qui, a["id"]),
    "nodes": lambda qui, a: [r.node(qui, i) for i in a["ids"]],
    "sollicitation": r.sollicitation,
    "synthese": lambda qui, a: r.sollicitations(qui, a, synthese=True),
    "sollicitations": lambda qui, a: r.sollicitations(qui, a, synthese=False),
    "statistiques": statistiques,
    "structures": r.structures,
    "structure": r.structure,
    "utilisateurs": r.utilisateurs,
    "categories": lambda qui, _: en_usage("Categorie", qui.base.tables["categorie"], "ordre"),
}
