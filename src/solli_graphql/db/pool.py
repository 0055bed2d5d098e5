"""A pool of PostgreSQL connections: asyncpg's own takes as long as a short read."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any


class Pool:
    """
    Lends connections, the warmest first, and makes them as they are needed.

    asyncpg's pool makes a task and several objects for each loan, longer than a statement takes.
    A connection holds no session state, so that giving it back takes no round trip.
    """

    def __init__(self, connect: Callable[[], Awaitable[Any]], size: int) -> None:
        self._connect, self._size = connect, size
        self._free: list[Any] = []  # empty as long as somebody waits
        self._lent: set[Any] = set()
        self._made = 0  # with the rooms of those being made
        self._waiting: deque[asyncio.Future[Any]] = deque()

    @asynccontextmanager
    async def acquire(self) -> AsyncIterator[Any]:
        """Lend a connection for a block."""
        connection = await self.take()
        try:
            yield connection
        finally:
            self.give(connection)

    async def take(self) -> Any:
        """Lend a connection, which must be given back. Raises what connecting raises."""
        while self._free:
            connection = self._free.pop()
            if not connection.is_closed():
                self._lent.add(connection)
                return connection
            self._made -= 1
        if self._made < self._size:
            self._made += 1
        elif (connection := await self._turn()) is not None:
            return connection
        return await self._make()

    def give(self, connection: Any) -> None:
        """Take a connection back; one left in a transaction, or lost, is not lent again."""
        if not connection.is_closed() and not connection.is_in_transaction():
            self._hand(connection)
            return
        self._lent.discard(connection)
        connection.terminate()
        self._hand(None)

    async def close(self) -> None:
        """Close those that are free, and cut those that are still lent."""
        for connection in self._lent:
            connection.terminate()
        while self._free:
            self._made -= 1
            await self._free.pop().close()

    async def _make(self) -> Any:
        """Make a connection, in a room that is counted already."""
        try:
            connection = await self._connect()
        except BaseException:
            self._hand(None)
            raise
        self._lent.add(connection)
        return connection

    async def _turn(self) -> Any:
        """Wait for a connection to be given back, or for room to make one (None)."""
        waiter = asyncio.get_running_loop().create_future()
        self._waiting.append(waiter)
        try:
            return await waiter
        except asyncio.CancelledError:
            if waiter.done() and not waiter.cancelled():
                self._hand(waiter.result())  # it came too late
            raise

    def _hand(self, connection: Any) -> None:
        """Hand a connection, or the room for one (None), to whoever has waited longest."""
        while self._waiting:
            waiter = self._waiting.popleft()
            if not waiter.done():
                waiter.set_result(connection)
                return
        if connection is None:
            self._made -= 1
            return
        self._lent.discard(connection)
        self._free.append(connection)
