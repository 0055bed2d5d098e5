"""The wheel alone: built, installed elsewhere, and served."""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
import venv
from pathlib import Path
from zipfile import ZipFile

import pytest

from solli_graphql.http import page

RACINE = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """
    Build the wheel from a copy of the sources.
    """
    folder = tmp_path_factory.mktemp("wheel")
    copy = folder / "source"
    for name in ("src", ".gitignore", "pyproject.toml", "README.md", "LICENSE"):
        source = RACINE / name
        ignored = shutil.ignore_patterns("__pycache__")
        if source.is_dir():
            shutil.copytree(source, copy / name, ignore=ignored)
        elif source.exists():
            shutil.copy(source, copy / name)
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder)]
    subprocess.run([*build, str(copy)], check=True, capture_output=True, timeout=60)
    (made,) = folder.glob("*.whl")
    return made


@pytest.fixture(scope="module")
def solli(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """
    Install the wheel with its dependencies in an environment of its own.
    """
    folder = tmp_path_factory.mktemp("ailleurs") / "venv"
    venv.create(folder, with_pip=False, symlinks=True)
    scripts = folder / ("Scripts" if sys.platform == "win32" else "bin")
    pip = [sys.executable, "-m", "pip", "--python", str(scripts / "python"), "install", "--quiet"]
    done = subprocess.run(
        [*pip, "--disable-pip-version-check", "--no-compile", str(wheel)],
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return scripts / "solli"


def test_holds_its_data(wheel: Path) -> None:
    """
    The wheel holds its migrations, its demonstration, its page where it is built, and no tests.
    """
    with ZipFile(wheel) as z:
        names = z.namelist()
    for expected in (
        *("py.typed", "demo/referentiel.json", "demo/textes.json", "db/migrations/env.py"),
        "db/migrations/versions/0001_create_the_first_tables.py",
        "graphql/operations/agent/01_synthese.graphql",
        *(("page/index.html", "page/index.html.gz") if page.built() else ()),
    ):
        assert f"solli_graphql/{expected}" in names
    tops = {name.split("/")[0] for name in names}
    assert tops == {"solli_graphql", next(t for t in tops if t.endswith(".dist-info"))}
    assert not [name for name in names if "test" in name.lower() or name.endswith(".pyc")]


def test_serves_the_demonstration(solli: Path, tmp_path: Path) -> None:
    """
    Installed alone, the wheel loads the demonstration, serves it, and stops when it is told to.
    """
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "SOLLI_"))}
    env = {**kept, "SOLLI_MODE": "demo", "SOLLI_DATABASE_URL": "sqlite:///demo.db"}

    def run(*args: str) -> str:
        return subprocess.run(
            [solli, *args], cwd=tmp_path, env=env, check=True, capture_output=True, timeout=60
        ).stdout.decode()

    run("demo", "--sollicitations", "50")
    jeton = run("token", "recepteur@demo.example").strip()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    log = (tmp_path / "journal").open("wb")
    server = subprocess.Popen(
        [solli, "serve", "--port", str(port)], cwd=tmp_path, env=env, stdout=log, stderr=log
    )
    try:
        assert wait(f"http://127.0.0.1:{port}/vivant", server)
        query = {"query": "{ moi { nom } synthese(espace: RECUES) { totalCount } }"}
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {jeton}"}
        url = f"http://127.0.0.1:{port}/graphql"
        request = urllib.request.Request(url, json.dumps(query).encode(), headers)
        with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310
            data = json.load(answer)["data"]
        assert data["synthese"]["totalCount"] >= 20
    finally:
        server.terminate()
        status = server.wait(timeout=25)
        log.close()
    assert status in (0, -15)
    assert b"Traceback" not in (tmp_path / "journal").read_bytes()


def wait(url: str, server: "subprocess.Popen[bytes]") -> bool:
    """Wait until a server answers, 30 seconds at most."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and server.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=5) as answer:  # noqa: S310
                return bool(answer.status == 200)
        except OSError:
            time.sleep(0.1)
    return False
