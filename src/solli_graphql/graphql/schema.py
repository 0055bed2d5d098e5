"""The schema, as Strawberry declares it and as graphql-core knows it."""

from datetime import date, datetime
from functools import cache
from typing import Any

import strawberry
from strawberry.schema.config import StrawberryConfig

from graphql import GraphQLSchema
from solli_graphql.db import queries
from solli_graphql.db.criteria import CRITERIA
from solli_graphql.db.plan.reads import Schema
from solli_graphql.graphql import entrees, politique
from solli_graphql.graphql.enums import DATE, DATE_TIME
from solli_graphql.graphql.fields import catalogue
from solli_graphql.graphql.mutation import Mutation
from solli_graphql.graphql.query import Query

scalars: dict[object, Any] = {date: DATE, datetime: DATE_TIME}
schema = strawberry.Schema(
    Query, Mutation, config=StrawberryConfig(scalar_map=scalars, disable_field_suggestions=True)
)


def core() -> GraphQLSchema:
    """Give graphql-core's own schema."""
    return schema._schema  # noqa: SLF001


@cache
def sdl() -> str:
    """Print the schema, as `schema.graphql` holds it."""
    readable()
    return schema.as_str() + "\n"


@cache
def readable() -> Schema:
    """
    Give what the reader knows of the nouns.

    Raises TypeError for a source that is not one, a column without a policy, an input
    without a rule.
    """
    entities = catalogue(core())
    personal = politique.declare(core(), entities)
    entrees.declare(core())
    return Schema(entities, CRITERIA, queries.ORDERS, queries.see, queries.in_order, personal)
