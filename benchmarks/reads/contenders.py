"""The contenders: how each is started, what it is told and sent, what it costs."""

import base64
import http.client
import json
import os
import pickle
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from benchmarks.reads.bare import CONFIRMATION
from benchmarks.reads.data import SIZE
from benchmarks.reads.postgraphile import CURSOR
from benchmarks.reads.postgraphile import DOCUMENTS as POSTGRAPHILE
from benchmarks.reads.postgraphile import variables as postgraphile_variables
from benchmarks.reads.statements import Sent, after
from benchmarks.reads.workloads import CALLERS, DOCUMENTS, Facts, traiter
from benchmarks.reliability.servers import environment, free_port
from solli_graphql.domain.acteur import Acteur
from solli_graphql.domain.libelles import LIBELLES, Cote
from solli_graphql.services.jetons import signer

PEERS = Path(__file__).parent / "peers"
NODE = PEERS / "node_modules" / ".bin" / "node"
TICKS = os.sysconf("SC_CLK_TCK")
WAIT = 60.0
TOKEN = 1800  # seconds for which a client keeps its token
KEY = "@KEY@"


@dataclass(frozen=True)
class Base:
    """A data set that is served: where it is, what is asked of it, what our plan sends it."""

    url: str
    host: str  # the folder of PostgreSQL's socket
    facts: Facts
    sent: Mapping[str, Sent]
    agent: Acteur  # of W4
    key: bytes  # signs our tokens

    @property
    def engine(self) -> str:
        """Name the engine."""
        return "sqlite" if self.url.startswith("sqlite") else "postgresql"

    def handed(self, pool: int) -> dict[str, Any]:
        """Give what a contender that is not ours is told."""
        cotes = {"RECUES": Cote.RECEPTEUR, "SUPPORT": Cote.SUPPORT}
        structure = int(self.agent.habilitations[0].structure_id or 0)
        return {
            "url": self.url,
            "host": self.host,
            "database": self.url.partition("?")[0].rpartition("/")[2],
            "pool": pool,
            "structure": self.facts.structure,
            "agent": [self.agent.id, structure, self.agent.nom, self.agent.prenom],
            "confirmation": CONFIRMATION,
            "libelles": {
                e: {(str(s), str(d)): t for (s, d), t in LIBELLES[c].items()}
                for e, c in cotes.items()
            },
            "sent": {
                name: [(sql, [] if name == "W4" else values) for sql, values in sent]
                for name, sent in self.sent.items()
            },
        }


@dataclass
class Contender:
    """A server under measure."""

    name: str
    label: str
    kind: str  # solli, bare, tuned, mercurius, postgraphile
    base: Base
    folder: Path
    workloads: tuple[str, ...]
    pool: int = 4
    python: str = sys.executable  # of our own server
    port: int = field(default_factory=free_port)
    subjects: list[int] = field(default_factory=list)
    tokens: dict[tuple[float, str], str] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None

    @property
    def own(self) -> bool:
        """Tell whether it is ours, with tokens and global ids."""
        return self.kind == "solli"

    @property
    def pid(self) -> int:
        """Give its process."""
        assert self.process is not None  # noqa: S101
        return self.process.pid

    def launch(self) -> None:
        """Start, without waiting."""
        with (self.folder / f"{self.name}.log").open("ab") as log:
            self.process = subprocess.Popen(  # noqa: S603
                self._command(), env=self._environment(), cwd=self.folder, stdout=log, stderr=log
            )

    def _environment(self) -> dict[str, str]:
        env = {**environment(self.base.url), "NODE_ENV": "production"}
        env.pop("PYTHONDONTWRITEBYTECODE", None)  # an operator's second start reads byte code
        return {**env, "GRAPHILE_ENV": "production", "SOLLI_POOL": str(self.pool)}

    def _command(self) -> list[str]:
        port = str(self.port)
        if self.own:
            return [self.python, "-m", "solli_graphql.cli", "serve", "--port", port]
        told, file = self.base.handed(self.pool), self.folder / self.name
        if self.kind in ("bare", "tuned"):
            file.write_bytes(pickle.dumps(told))
            return [sys.executable, "-m", f"benchmarks.reads.{self.kind}", str(file), port]
        libelles = {
            e: {" ".join(k): t for k, t in words.items()} for e, words in told["libelles"].items()
        }
        file.write_text(json.dumps({**told, "sent": None, "libelles": libelles}))
        return [str(NODE), str(PEERS / f"{self.kind}.js"), str(file), port]

    def path(self, workload: str) -> str:
        """Give the path that a workload is sent to."""
        return f"/{workload}" if self.kind == "bare" else "/graphql"

    def _cursor(self) -> str:
        """Write the cursor of W5 in the contender's own form."""
        if self.own:
            return after(self.base.facts)
        if self.kind == "postgraphile":
            return self._asked_cursor
        return base64.urlsafe_b64encode(json.dumps(self.base.facts.after).encode()).decode()

    @cached_property
    def _asked_cursor(self) -> str:
        variables = {"offset": (self.base.facts.page - 1) * SIZE - 1}
        body = json.dumps({"query": CURSOR, "variables": variables})
        _, answer, _ = self.ask("W5", body)
        return str(answer["data"]["allSollicitations"]["edges"][0]["cursor"])

    def body(self, workload: str) -> str:
        """Give what is sent; of W4, a template with places for the id, the version and the key."""
        if workload == "hello":
            return ""
        document = DOCUMENTS[workload]
        if workload == "W4":
            given = traiter(1, 424242, KEY, raw=True)
            given["input"]["id"] = "@ID@"
        else:
            cursor = self._cursor() if workload == "W5" else ""
            given = self.base.facts.variables(workload, cursor)
        if self.kind == "postgraphile":
            document = POSTGRAPHILE[workload.removesuffix("p1")]
            given = postgraphile_variables(workload, given, self.base.handed(self.pool))
        text = json.dumps({"query": document, "variables": given})
        return text.replace("424242", "@VERSION@")

    def headers(self, workload: str) -> dict[str, str]:
        """Give the headers: ours bears a token."""
        if not self.own or workload == "hello":
            return {}
        now, courriel = datetime.now(UTC), CALLERS[workload]
        kept = now.timestamp() // TOKEN
        if (kept, courriel) not in self.tokens:
            signed = signer(self.base.key, courriel, minutes=60, maintenant=now)
            self.tokens[kept, courriel] = signed
        return {"Authorization": f"Bearer {self.tokens[kept, courriel]}"}

    def ask(
        self, workload: str, body: str, headers: Mapping[str, str] | None = None
    ) -> tuple[int, Any, int]:
        """Send once; give the status, the answer and the bytes of it all."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        sent = {"Content-Type": "application/json", **(headers or self.headers(workload))}
        connection.request("POST", self.path(workload), body.encode(), sent)
        response = connection.getresponse()
        raw = response.read()
        connection.close()
        head = sum(len(k) + len(v) + 4 for k, v in response.getheaders())
        size = len(f"HTTP/1.1 {response.status} {response.reason}\r\n") + head + 2 + len(raw)
        return response.status, json.loads(raw) if workload != "hello" else raw, size

    def started(self) -> float:
        """Start, wait for the first whole answer, and give the seconds that it took."""
        first = "hello" if self.workloads == ("hello",) else "W2"
        body, headers = self.body(first), self.headers(first)
        begin = time.monotonic()
        self.launch()
        while not self._listens():
            if time.monotonic() > begin + WAIT:
                raise TimeoutError((self.folder / f"{self.name}.log").read_text()[-2000:])
            time.sleep(0.005)
        status, answer, _ = self.ask(first, body, headers)
        seconds = time.monotonic() - begin
        if status != 200 or (first != "hello" and not answer.get("data")):  # noqa: PLR2004
            raise RuntimeError(f"{self.name}: {status} {str(answer)[:500]}")
        return seconds

    def _listens(self) -> bool:
        with socket.socket() as s:
            return s.connect_ex(("127.0.0.1", self.port)) == 0

    def stop(self) -> None:
        """End the process."""
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
            self.process.wait(WAIT)

    def cpu(self) -> float:
        """Give the seconds of CPU that it has used."""
        return _cpu(self.pid, children=False)

    def memory(self) -> float:
        """Give the MiB of memory that are its own, shared pages divided (PSS)."""
        lines = Path(f"/proc/{self.pid}/smaps_rollup").read_text().splitlines()
        return next(int(x.split()[1]) for x in lines if x.startswith("Pss:")) / 1024


def _cpu(pid: int, *, children: bool) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(map(int, fields[11 : 15 if children else 13])) / TICKS


def postgres_cpu(postmaster: int) -> float:
    """Give the seconds of CPU of a PostgreSQL, backends that have ended included."""
    total = _cpu(postmaster, children=True)
    for task in Path(f"/proc/{postmaster}/task/{postmaster}/children").read_text().split():
        try:
            total += _cpu(int(task), children=False)
        except OSError:  # gone since: the postmaster counts it from now on
            continue
    return total


@contextmanager
def serving(contenders: list[Contender]) -> Iterator[None]:
    """Start all of them side by side, wait for each, and stop them at the end."""
    try:
        for contender in contenders:
            contender.started()
        yield
    finally:
        for contender in contenders:
            contender.stop()


def install() -> None:
    """Install the peers' packages, pinned in peers/package.json, the first time."""
    if not NODE.exists():
        subprocess.run(["npm", "install"], cwd=PEERS, check=True)  # noqa: S607
