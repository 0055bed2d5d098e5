"""Alembic migrations, inside the package: the schema's only way to change."""
