"""What stands outside of attachments: an S3 of our own, a clamd that says what we say."""

import asyncio
import os
import shutil
import struct
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing, contextmanager, suppress
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


@contextmanager
def s3() -> Iterator[str]:
    """Start a server of S3 with a bucket, and give its URL as a setting wants it."""
    server = pytest.importorskip("moto.server")
    boto3 = pytest.importorskip("boto3")
    env = {"AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "y", "AWS_REGION": "eu-west-3"}
    thread = server.ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    thread.start()
    host, port = thread.get_host_and_port()
    before, env["AWS_ENDPOINT_URL"] = dict(os.environ), f"http://{host}:{port}"
    os.environ.update(env)
    try:
        client: Any = boto3.client("s3", region_name=env["AWS_REGION"])
        place = {"LocationConstraint": env["AWS_REGION"]}
        bucket = f"pieces-{uuid4().hex}"  # what it holds outlives the server, in this process
        client.create_bucket(Bucket=bucket, CreateBucketConfiguration=place)
        client.close()
        yield f"s3://{bucket}/solli"
    finally:
        thread.stop()
        os.environ.clear()
        os.environ.update(before)


class FauxClamd:
    """Speaks INSTREAM: what holds EICAR is found, unless it is told to be silent."""

    def __init__(self) -> None:
        self.muet = False
        self.vus: list[bytes] = []

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(asyncio.IncompleteReadError, ConnectionError), closing(writer):
            assert await reader.readexactly(10) == b"zINSTREAM\0"
            recu = b""
            while size := struct.unpack(">I", await reader.readexactly(4))[0]:
                recu += await reader.readexactly(size)
            self.vus.append(recu)
            if self.muet:
                writer.write(b"INSTREAM size limit exceeded. ERROR\0")
            elif EICAR in recu:
                writer.write(b"stream: Eicar-Test-Signature FOUND\0")
            else:
                writer.write(b"stream: OK\0")
            await writer.drain()


@asynccontextmanager
async def faux_clamd() -> AsyncIterator[tuple[str, FauxClamd]]:
    """Serve it on a port of its own."""
    clamd = FauxClamd()
    server = await asyncio.start_server(clamd, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        yield f"tcp://127.0.0.1:{port}", clamd


@asynccontextmanager
async def vrai_clamd(dossier: Path) -> AsyncIterator[str]:
    """Run the system's clamd with one signature, that of EICAR, and give its URL."""
    programme = shutil.which("clamd") or "/usr/sbin/clamd"
    (dossier / "base").mkdir()
    (dossier / "base" / "solli.ndb").write_text(f"Eicar-Solli:0:*:{EICAR.hex()}\n")
    conf = {
        "DatabaseDirectory": dossier / "base",
        "LocalSocket": dossier / "s",
        "Foreground": "yes",
    }
    (dossier / "clamd.conf").write_text("".join(f"{n} {v}\n" for n, v in conf.items()))
    process = await asyncio.create_subprocess_exec(
        *(programme, "-c", str(dossier / "clamd.conf")), stdout=asyncio.subprocess.DEVNULL
    )
    try:
        for _ in range(300):
            if (dossier / "s").exists():
                break
            await asyncio.sleep(0.2)
        yield f"unix://{dossier / 's'}"
    finally:
        process.terminate()
        await asyncio.wait_for(process.wait(), 10)
