"""The points that a caller may spend, in one process and in several."""

import asyncio
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from time import monotonic, sleep

import pytest

from solli_graphql.quotas import Local, QuotaDepasse, Shared, Unlimited, quota


class Clock:
    """A clock that is set by hand."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture(scope="module")
def redis_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """
    A Redis of our own, on a Unix socket.
    """
    server = shutil.which("redis-server") or shutil.which("valkey-server")
    if server is None:
        if os.environ.get("CI"):
            pytest.fail("redis-server is not installed")
        pytest.skip("redis-server is not installed")
    path = tmp_path_factory.mktemp("redis") / "s"
    options = ("--port", "0", "--unixsocket", str(path), "--save", "", "--dir", str(path.parent))
    with subprocess.Popen([server, *options], stdout=subprocess.DEVNULL) as process:
        deadline = monotonic() + 20
        while not Path(path).exists() and monotonic() < deadline:
            sleep(0.02)
        yield f"unix://{path}"
        process.terminate()


class TestLocal:
    async def test_is_spent_then_refilled(self) -> None:
        """
        A bucket is full at first, is spent, and is refilled with time, never above its capacity.
        """
        clock = Clock()
        bucket = Local(100, 10, clock=clock)
        assert [await bucket.take(1, n) for n in (60, 40)] == [40, 0]
        with pytest.raises(QuotaDepasse, match="réessayez dans 3 s") as refused:
            await bucket.take(1, 25)
        assert refused.value.attente == 3
        clock.now += 2.5
        assert await bucket.take(1, 25) == 0
        clock.now += 1000
        assert await bucket.take(1, 1) == 99

    async def test_a_refusal_costs_nothing(self) -> None:
        """
        What is refused is not taken.
        """
        bucket = Local(100, 10, clock=Clock())
        with pytest.raises(QuotaDepasse):
            await bucket.take(1, 101)
        assert await bucket.take(1, 100) == 0

    async def test_is_one_a_caller(self) -> None:
        """
        What one spends, another still has.
        """
        bucket = Local(100, 10, clock=Clock())
        await bucket.take(1, 100)
        assert await bucket.take(2, 100) == 0

    async def test_there_may_be_none(self) -> None:
        """
        A capacity of 0 is no bucket.
        """
        bucket = quota(0, 50)
        assert isinstance(bucket, Unlimited)
        assert [await bucket.take(1, 10**6) for _ in range(3)] == [0, 0, 0]


class TestShared:
    async def test_two_processes_share_it(self, redis_url: str) -> None:
        """
        Two of them, asked at once, give together what one bucket holds, and no more.
        """
        buckets = [quota(100, 0.001, redis_url) for _ in range(2)]
        asked = [buckets[i % 2].take(1, 10) for i in range(40)]
        got = await asyncio.gather(*asked, return_exceptions=True)
        assert sum(isinstance(x, int) for x in got) == 10
        assert all(isinstance(x, int | QuotaDepasse) for x in got)
        for bucket in buckets:
            assert isinstance(bucket, Shared)
            await bucket.close()

    async def test_without_its_redis_each_process_has_its_own(self, tmp_path: Path) -> None:
        """
        While Redis is away callers are served, within the bucket of the process.
        """
        bucket = quota(100, 0.001, f"unix://{tmp_path / 'nobody'}")
        assert await bucket.take(1, 100) == 0
        with pytest.raises(QuotaDepasse):
            await bucket.take(1, 1)
        await bucket.close()
