"""clamd, by its INSTREAM protocol: bytes in, a verdict out."""

import asyncio
import struct
from collections.abc import AsyncIterable
from enum import StrEnum
from urllib.parse import urlsplit

PATIENCE = 60.0  # seconds for a verdict


class Verdict(StrEnum):
    """What an antivirus says."""

    SAIN = "SAIN"
    INFECTE = "INFECTE"


class SansVerdict(Exception):
    """The antivirus did not judge these bytes: to be tried again."""


class Injoignable(SansVerdict):
    """The antivirus could not be reached: nothing else will be judged now either."""


class Clamd:
    """An antivirus at `tcp://host:port` or `unix:///path`."""

    def __init__(self, url: str) -> None:
        self._url = urlsplit(url)

    async def juger(self, morceaux: AsyncIterable[bytes]) -> Verdict:
        """Have bytes judged, as they are read. Raises SansVerdict or Injoignable."""
        try:
            async with asyncio.timeout(PATIENCE):
                reponse = await self._envoyer(morceaux)
        except (OSError, TimeoutError) as e:
            raise Injoignable(type(e).__name__) from e
        if reponse == b"stream: OK":
            return Verdict.SAIN
        if reponse.endswith(b" FOUND"):
            return Verdict.INFECTE
        raise SansVerdict(reponse[:100].decode(errors="replace"))

    async def _envoyer(self, morceaux: AsyncIterable[bytes]) -> bytes:
        reader, writer = await self._connecter()
        try:
            writer.write(b"zINSTREAM\0")
            async for morceau in morceaux:
                writer.write(struct.pack(">I", len(morceau)) + morceau)
                await writer.drain()
            writer.write(struct.pack(">I", 0))
            await writer.drain()
            return (await reader.read(4096)).rstrip(b"\0\n")
        finally:
            writer.close()

    async def _connecter(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if self._url.scheme == "unix":
            return await asyncio.open_unix_connection(self._url.path)
        return await asyncio.open_connection(self._url.hostname, self._url.port or 3310)
