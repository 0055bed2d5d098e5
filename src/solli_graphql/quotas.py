"""Points that each caller may spend: a bucket a person, of this process or shared by Redis."""

import time
from collections.abc import Callable
from math import ceil
from typing import Any, Protocol

import structlog
from cachetools import LRUCache

from solli_graphql.domain.errors import LimiteDepassee
from solli_graphql.logs import trace

log = structlog.get_logger()
CALLERS = 100_000  # those spoken to last; a bucket that is forgotten was mostly full again
# KEYS: the bucket. ARGV: capacity, points a second, points asked. Redis's clock is everybody's.
SCRIPT = """
local t = redis.call('TIME')
local now = t[1] + t[2] / 1000000
local kept = redis.call('HMGET', KEYS[1], 'level', 'at')
local capacity, refill, asked = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local level = capacity
if kept[1] then level = math.min(capacity, kept[1] + (now - kept[2]) * refill) end
if level < asked then return {0, tostring(level)} end
redis.call('HSET', KEYS[1], 'level', level - asked, 'at', now)
redis.call('EXPIRE', KEYS[1], math.ceil(capacity / refill) + 1)
return {1, tostring(level - asked)}
"""


class QuotaDepasse(LimiteDepassee):
    """The caller has spent the points of now; `attente` is in seconds."""

    def __init__(self, demande: int, restant: int, attente: int) -> None:
        self.demande, self.restant, self.attente = demande, restant, attente
        super().__init__(
            f"Cette demande coûte {demande} points, il vous en reste {restant} : "
            f"réessayez dans {attente} s."
        )


class Quota(Protocol):
    """What a caller may still spend."""

    capacity: int

    async def take(self, caller: int, points: int) -> int:
        """Take points from a caller's bucket; give what is left. Raises QuotaDepasse."""

    async def close(self) -> None:
        """Let go of what is held open."""


class Unlimited:
    """No bucket at all."""

    capacity = 0

    async def take(self, caller: int, points: int) -> int:  # noqa: ARG002
        return 0

    async def close(self) -> None:
        """Nothing is held."""


class Local:
    """The buckets of one process: full at first, refilled with time."""

    def __init__(
        self, capacity: int, refill: float, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.capacity, self._refill, self._clock = capacity, refill, clock
        self._kept: LRUCache[int, tuple[float, float]] = LRUCache(maxsize=CALLERS)

    async def take(self, caller: int, points: int) -> int:
        now = self._clock()
        level, since = self._kept.get(caller, (self.capacity, now))
        level = min(self.capacity, level + (now - since) * self._refill)
        if level < points:
            raise refused(points, level, self._refill)
        self._kept[caller] = level - points, now
        return int(level - points)

    async def close(self) -> None:
        """Nothing is held."""


class Shared:
    """The buckets of all processes, in Redis or Valkey; those of this one while it is away."""

    def __init__(self, redis: Any, local: Local, *, refill: float) -> None:
        self.capacity, self._refill = local.capacity, refill
        self._local, self._redis = local, redis
        self._script = redis.register_script(SCRIPT)

    async def take(self, caller: int, points: int) -> int:
        try:
            taken, level = await self._script(
                keys=[f"solli:quota:{caller}"], args=[self.capacity, self._refill, points]
            )
        except Exception as e:  # noqa: BLE001 - whatever it is, callers are served, and bounded
            log.warning("quotas_locaux", **trace(e))
            return await self._local.take(caller, points)
        if not taken:
            raise refused(points, float(level), self._refill)
        return int(float(level))

    async def close(self) -> None:
        await self._redis.aclose()


def refused(points: int, level: float, refill: float) -> QuotaDepasse:
    """Say in how many seconds there will be enough."""
    return QuotaDepasse(points, int(level), max(1, ceil((points - level) / refill)))


def quota(capacity: int, refill: float, redis_url: str = "") -> Quota:
    """Choose the buckets: none for a capacity of 0, shared ones where a Redis is given."""
    if not capacity:
        return Unlimited()
    local = Local(capacity, refill)
    if not redis_url:
        return local
    from redis.asyncio import Redis  # noqa: PLC0415 - only where it is used

    redis = Redis.from_url(redis_url, socket_timeout=0.2, socket_connect_timeout=0.2)
    return Shared(redis, local, refill=refill)
