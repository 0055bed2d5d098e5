"""The pool of connections, with connections that are not PostgreSQL's."""

import asyncio
from typing import Any

import pytest

from solli_graphql.db.pool import Pool

pytestmark = pytest.mark.anyio


class Connection:
    """What the pool asks of a connection."""

    def __init__(self) -> None:
        self.closed = self.in_transaction = False

    def is_closed(self) -> bool:
        return self.closed

    def is_in_transaction(self) -> bool:
        return self.in_transaction

    def terminate(self) -> None:
        self.closed = True

    async def close(self) -> None:
        self.closed = True


async def connect() -> Connection:
    await asyncio.sleep(0)
    return Connection()


async def take(pool: Pool) -> Any:
    return await asyncio.wait_for(pool.take(), 1)


async def test_lends_so_many_and_the_longest_wait_is_served_first() -> None:
    """
    Past its size nobody is lent one; what comes back goes to whoever has waited longest.
    """
    pool = Pool(connect, 2)
    one, _ = await take(pool), await take(pool)
    first, second = (asyncio.create_task(pool.take()) for _ in range(2))
    await asyncio.sleep(0)
    pool.give(one)
    assert await asyncio.wait_for(first, 1) is one
    assert not second.done()
    pool.give(one)
    assert await asyncio.wait_for(second, 1) is one


@pytest.mark.parametrize("fault", ["closed", "in_transaction"])
async def test_what_cannot_be_lent_again_is_replaced(fault: str) -> None:
    """
    A connection lost, or left in a transaction, is closed, and whoever waits has a new one.
    """
    pool = Pool(connect, 1)
    lost = await take(pool)
    waiting = asyncio.create_task(pool.take())
    await asyncio.sleep(0)
    setattr(lost, fault, True)
    pool.give(lost)
    found = await asyncio.wait_for(waiting, 1)
    assert found is not lost
    assert lost.closed
    pool.give(found)
    found.closed = True
    assert await take(pool) not in (lost, found)


async def test_a_wait_given_up_loses_nothing() -> None:
    """
    A connection handed to somebody who no longer waits goes to the next one.
    """
    pool = Pool(connect, 1)
    one = await take(pool)
    gone, late, last = (asyncio.create_task(pool.take()) for _ in range(3))
    await asyncio.sleep(0)
    gone.cancel()
    pool.give(one)  # to `late`, whose task has not run again yet
    late.cancel()
    assert await asyncio.wait_for(last, 1) is one
    pool.give(one)
    assert await take(pool) is one


async def test_a_failure_to_connect_leaves_its_place() -> None:
    """
    Whoever waits tries in turn when connecting fails.
    """
    attempts = 0

    async def connect_at_last() -> Connection:
        nonlocal attempts
        attempts += 1
        if attempts == 1:
            await asyncio.sleep(0.01)
            raise ConnectionRefusedError
        return Connection()

    pool = Pool(connect_at_last, 1)
    first, second = (asyncio.create_task(pool.take()) for _ in range(2))
    with pytest.raises(ConnectionRefusedError):
        await first
    assert await asyncio.wait_for(second, 1)


async def test_never_makes_more_than_its_size() -> None:
    """
    The room of a lost connection goes to whoever has waited longest; somebody new waits.
    """
    pool = Pool(connect, 1)
    lost = await take(pool)
    waiting = asyncio.create_task(pool.take())
    await asyncio.sleep(0)
    newcomer = asyncio.create_task(pool.take())  # it will look before `waiting` wakes up
    lost.closed = True
    pool.give(lost)
    found = await asyncio.wait_for(waiting, 1)
    await asyncio.sleep(0)
    assert not newcomer.done()
    pool.give(found)
    assert await asyncio.wait_for(newcomer, 1) is found


async def test_closing_ends_all_of_them() -> None:
    """
    Those lent are cut, those free are closed, and the pool may be used again.
    """
    pool = Pool(connect, 2)
    lent, free = await take(pool), await take(pool)
    pool.give(free)
    await pool.close()
    assert lent.closed
    assert free.closed
    pool.give(lent)
    assert not (await take(pool)).closed
    assert not (await take(pool)).closed
