"""`solli serve`."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from commandes import Solli, done, refused


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

    async def test_a_journal_that_cannot_be_written_stops_the_start(
        self, solli: Solli, migre: str, tmp_path: Path
    ) -> None:
        """
        A file of security events that cannot be written is told before anything is served.
        """
        journal = str(tmp_path / "absent" / "securite.jsonl")
        said = refused(await solli("serve", url=migre, SOLLI_JOURNAL_SECURITE=journal))
        assert journal in said

    async def test_a_closed_standard_output_stops_the_start(self, migre: str) -> None:
        """
        Without a standard output nor a file, security events would go nowhere: it does not start.
        """
        command = f"exec {sys.executable} -m solli_graphql.cli serve --port 0 >&-"
        env = {**os.environ, "SOLLI_MODE": "demo", "SOLLI_DATABASE_URL": migre}
        done = await asyncio.to_thread(
            subprocess.run, ["sh", "-c", command], env=env, stderr=subprocess.PIPE, timeout=60
        )
        assert done.returncode == 1
        assert "sortie standard" in done.stderr.decode()

    @pytest.mark.skipif(not Path("/proc").exists(), reason="children are listed there")
    async def test_workers_do_not_outlive_their_supervisor(self, migre: str) -> None:
        """
        When the supervisor is killed its workers stop by themselves, and the port is free.
        """
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        words = ("serve", "--port", str(port), "--workers", "2")
        process = start(*words, SOLLI_DATABASE_URL=migre)
        try:
            await alive(f"http://127.0.0.1:{port}/vivant", process)
            workers = children(process.pid)
            process.kill()
            await asyncio.to_thread(process.wait)
            assert workers
            assert await asyncio.to_thread(gone, workers)
        finally:
            process.kill()
            await asyncio.to_thread(process.communicate)
        with socket.socket() as again:
            again.bind(("127.0.0.1", port))


def children(pid: int) -> list[int]:
    """List the processes that a process started."""
    return [int(p) for p in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def gone(pids: list[int]) -> bool:
    """Wait until processes have ended, 20 seconds at most; those that have not are killed."""
    deadline = time.monotonic() + 20
    while (left := [p for p in pids if running(p)]) and time.monotonic() < deadline:
        time.sleep(0.1)
    for pid in left:
        os.kill(pid, signal.SIGKILL)
    return not left


def running(pid: int) -> bool:
    """Tell whether a process runs, a dead one that nobody waited for apart."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


async def alive(url: str, process: "subprocess.Popen[str]") -> None:
    """Wait until a server answers, 90 seconds at most."""
    deadline = time.monotonic() + 90
    async with httpx.AsyncClient() as http:
        while time.monotonic() < deadline and process.poll() is None:
            try:
                if (await http.get(url)).status_code == 200:
                    return
            except httpx.TransportError:
                await asyncio.sleep(0.1)
    message = "the server did not answer"
    raise AssertionError(message)
