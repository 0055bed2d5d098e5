"""Alembic's environment: it runs on the connection that `db/migrate.py` hands over."""

from alembic import context

from solli_graphql.db.migrate import is_mapped
from solli_graphql.db.models import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    compare_type=True,
    include_object=is_mapped,
)
with context.begin_transaction():
    context.run_migrations()
