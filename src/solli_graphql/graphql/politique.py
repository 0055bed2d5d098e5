"""The policy of each field, which `db/vues.py` declares: checked at start, printed in the SDL."""

from collections.abc import Mapping

import strawberry
from strawberry.schema_directive import Location

from graphql import GraphQLSchema
from solli_graphql.db.plan.sources import Entity
from solli_graphql.db.vues import Lecture, lecture, personnelle
from solli_graphql.domain.acteur import Vue
from solli_graphql.graphql.fields import BACKREF, DES_VUES, VIRTUAL, enumeration, named

enumeration(
    Lecture,
    "Comment une vue lit un champ.",
    {
        "CLAIR": "Tel quel.",
        "PROPRE": "La valeur de cette vue.",
        "MASQUE": "Rien.",
        "PSEUDONYME": "Un pseudonyme, ou rien.",
    },
)


@strawberry.schema_directive(
    locations=[Location.FIELD_DEFINITION],
    name="lecture",
    description="Comment chaque vue lit ce champ ; sans elle, qui voit l'objet le lit tel quel.",
)
class Lu:
    """How each view reads a field."""

    emetteur: Lecture = strawberry.field(description="Vue de l'émetteur.")
    traitant: Lecture = strawberry.field(description="Vue de qui traite.")
    analyste: Lecture = strawberry.field(description="Vue de l'analyste.")


def declare(schema: GraphQLSchema, entities: Mapping[str, Entity]) -> frozenset[tuple[str, str]]:
    """
    Give every field its policy; list those, by type, that tell something of a person.

    Raises TypeError for one that reads a column without any policy.
    """
    personal = set()
    for entity in entities.values():
        if entity.relation is None:
            continue
        for name, field in entity.fields.items():
            columns = [c for c in named(field, entities) if c not in VIRTUAL - DES_VUES]
            if any(personnelle(entity.relation.name, c) for c in columns):
                personal.add((entity.name, name))
            policy = {v: _least(entity.relation.name, columns, v) for v in Vue}
            if {*policy.values()} != {Lecture.CLAIR}:
                declared = schema.type_map[entity.name].fields[name].extensions[BACKREF]  # type: ignore[attr-defined]
                declared.directives = [Lu(**{v.lower(): how for v, how in policy.items()})]
    return frozenset(personal)


def _least(relation: str, columns: list[str], v: Vue) -> Lecture:
    """Give how a view reads what it reads of a field: pseudonyms before nothing."""
    return max(
        (lecture(relation, c, v) for c in columns), key=[*Lecture].index, default=Lecture.CLAIR
    )
