"""Servers of the product, each a session of its own, to be killed and started again."""

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

WAIT = 90.0  # seconds, for a start under load
ROOT = Path(__file__).parents[2]


def environment(url: str) -> dict[str, str]:
    """Give the environment of a command of the product on this database."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith("SOLLI_")}
    path = os.pathsep.join(p for p in (str(ROOT), os.environ.get("PYTHONPATH")) if p)
    return {**kept, "SOLLI_MODE": "demo", "SOLLI_DATABASE_URL": url, "PYTHONPATH": path}


def free_port() -> int:
    """Find a port of the loopback that nobody listens on."""
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        port: int = s.getsockname()[1]
    return port


class Server:
    """One `solli serve`, with one worker or several; or a mutant of it, to test the harness."""

    def __init__(
        self,
        url: str,
        folder: Path,
        *,
        workers: int = 1,
        mutant: str = "",
        module: str = "solli_graphql.cli",
        more: Mapping[str, str] | None = None,
    ) -> None:
        self.port, self.workers = free_port(), workers
        self._env, self._folder = environment(url) | dict(more or {}), folder
        self._log = folder / f"server-{self.port}.log"
        started = ["benchmarks.reliability.mutants", mutant] if mutant else [module]
        words = ["serve", "--port", str(self.port), "--workers", str(workers)]
        self._command = [sys.executable, "-m", *started, *words]
        self._process: subprocess.Popen[bytes] | None = None
        self.launch()

    @property
    def pid(self) -> int:
        """Give the process that was started: the only one, or the supervisor."""
        assert self._process is not None  # noqa: S101
        return self._process.pid

    def launch(self) -> None:
        """Start, without waiting."""
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603
                self._command,
                env=self._env,
                cwd=self._folder,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def wait(self) -> None:
        """Wait until it answers, starting it again if its database was not there yet."""
        deadline = time.monotonic() + WAIT
        while time.monotonic() < deadline:
            assert self._process is not None  # noqa: S101
            while self._process.poll() is None and time.monotonic() < deadline:
                if self.alive():
                    return
                time.sleep(0.05)
            time.sleep(0.2)
            self.launch()
        raise TimeoutError(self.said()[-2000:])

    def gone(self) -> bool:
        """Tell whether it has exited: a supervisor does when a worker finds no database."""
        return self._process is None or self._process.poll() is not None

    def alive(self) -> bool:
        """Tell whether it answers."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=2)
        try:
            connection.request("GET", "/vivant")
            return connection.getresponse().status == 200  # noqa: PLR2004
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def worker_pids(self) -> list[int]:
        """List the processes that answer requests."""
        if self.workers == 1:
            return [self.pid]
        with suppress(OSError):
            children = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()
            return [int(c) for c in children if "spawn_main" in _command_line(c)]
        return []

    def kill(self, pid: int) -> None:
        """Kill -9 one process; its supervisor starts it again, or else we do."""
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
        if pid == self.pid:
            self.kill_all()
            self.launch()
            self.wait()

    def kill_all(self) -> None:
        """Kill -9 the supervisor and all its workers at once."""
        assert self._process is not None  # noqa: S101
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait(WAIT)

    def terminate(self, within: float) -> tuple[float, int | None]:
        """Send SIGTERM; give the seconds until the exit and its status, None if still there."""
        assert self._process is not None  # noqa: S101
        begin = time.monotonic()
        self._process.terminate()
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(within)
        return time.monotonic() - begin, self._process.poll()

    def said(self) -> str:
        """Give all that it wrote."""
        return self._log.read_text(errors="replace")


@contextmanager
def serving(
    url: str,
    folder: Path,
    *workers: int,
    mutant: str = "",
    module: str = "solli_graphql.cli",
    more: Mapping[str, str] | None = None,
) -> Iterator[list[Server]]:
    """Start servers with so many workers each, wait for them, and kill them at the end."""
    servers = [
        Server(url, folder, workers=n, mutant=mutant, module=module, more=more) for n in workers
    ]
    try:
        for server in servers:
            server.wait()
        yield servers
    finally:
        for server in servers:
            server.kill_all()


def _command_line(pid: str) -> str:
    with suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_text()
    return ""


def solli(
    url: str,
    *words: str,
    folder: Path,
    path: Path | None = None,
    within: float = 600,
    more: Mapping[str, str] | None = None,
) -> tuple[int, str]:
    """Run one command of the product to its end; give its status and its standard output."""
    env = environment(url) | dict(more or {})
    if path:
        env["PATH"] = f"{path}{os.pathsep}{env['PATH']}"
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-m", "solli_graphql.cli", *words],
        env=env,
        cwd=folder,
        check=False,
        capture_output=True,
        text=True,
        timeout=within,
    )
    if done.returncode not in (0, 1):
        raise RuntimeError(done.stderr[-2000:])
    return done.returncode, done.stdout if done.returncode == 0 else done.stdout + done.stderr
