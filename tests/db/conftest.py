"""A database of the test's own."""

from collections.abc import AsyncIterator

import pytest

from solli_graphql.db.database import Database
from solli_graphql.db.migrate import migrate
from solli_graphql.db.opening import connect_to


@pytest.fixture
async def db(empty_url: str) -> AsyncIterator[Database]:
    """
    Open a migrated database of the test's own.
    """
    await migrate(empty_url)
    opened = connect_to(empty_url, pool=4)
    await opened.open()
    yield opened
    await opened.close()
