"""`solli serve`."""

import asyncio
import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx

from commandes import Solli, done


def start(*args: str, **env: str) -> "subprocess.Popen[str]":
    """Start a command of its own process."""
    return subprocess.Popen(
        [sys.executable, "-m", "solli_graphql.cli", *args],
        env={**os.environ, "SOLLI_MODE": "demo", **env},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


class TestServe:
    async def test_works_beside_the_other_commands(self, tmp_path: Path, solli: Solli) -> None:
        """
        A server answers a token made beside it, while verify checks the same database.
        """
        url = f"sqlite:///{tmp_path / 'solli.db'}"
        done(await solli("demo", "--sollicitations", 30, url=url))
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        process = start("serve", "--port", str(port), SOLLI_DATABASE_URL=url)
        try:
            await alive(f"http://127.0.0.1:{port}/vivant", process)
            jeton = done(await solli("token", "recepteur@demo.example", url=url)).stdout.strip()
            done(await solli("verify", url=url))
            async with httpx.AsyncClient() as http:
                r = await http.post(
                    f"http://127.0.0.1:{port}/graphql",
                    json={"query": "{ synthese(espace: RECUES) { totalCount } }"},
                    headers={"authorization": f"Bearer {jeton}"},
                )
            assert r.json()["data"]["synthese"]["totalCount"] >= 20
        finally:
            process.terminate()
            _, err = await asyncio.to_thread(process.communicate, timeout=25)
        assert f"http://127.0.0.1:{port}/" in err
        assert "Traceback" not in err


async def alive(url: str, process: "subprocess.Popen[str]") -> None:
    """Wait until a server answers, 30 seconds at most."""
    deadline = time.monotonic() + 30
    async with httpx.AsyncClient() as http:
        while time.monotonic() < deadline and process.poll() is None:
            try:
                if (await http.get(url)).status_code == 200:
                    return
            except httpx.TransportError:
                await asyncio.sleep(0.1)
    message = "the server did not answer"
    raise AssertionError(message)
