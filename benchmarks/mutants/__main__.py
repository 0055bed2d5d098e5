"""python -m benchmarks.mutants [WORDS…]: plant each fault, and tell which test catches it."""

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from pathlib import Path
from threading import Lock

from benchmarks.mutants import commandes, preuves, securite
from benchmarks.mutants.mutant import Mutant, check
from benchmarks.mutants.runner import PACKAGE, Result, baseline, postgres, run, snapshot

MUTANTS = (*commandes.MUTANTS, *preuves.MUTANTS, *securite.MUTANTS)
RESULTS = Path(__file__).parent / "results"
LOCK = Lock()


def main() -> int:
    """Run the mutants whose name holds one of the words; 1 if one survives."""
    parser = argparse.ArgumentParser(prog="benchmarks.mutants", description=__doc__)
    parser.add_argument("words", nargs="*", help="run only mutants whose name holds one of these")
    parser.add_argument("--jobs", type=int, default=2, help="how many at once")
    parser.add_argument("--no-baseline", action="store_true", help="trust that all tests pass")
    asked = parser.parse_args()
    chosen = [m for m in MUTANTS if not asked.words or any(w in m.name for w in asked.words)]
    begin = time.monotonic()
    results = _run(chosen, asked.jobs, trusting=asked.no_baseline)
    sys.stdout.write(f"{table(results)}\nIn {time.monotonic() - begin:.0f} s.\n")
    return int(any(not r.caught_by for r in results))


def _run(mutants: Sequence[Mutant], jobs: int, *, trusting: bool) -> list[Result]:
    with tempfile.TemporaryDirectory(prefix="solli-mutants-") as folder, postgres():
        project = snapshot(Path(folder))
        check(mutants, project / PACKAGE)
        if not trusting:
            baseline(project, mutants, jobs)
        with ThreadPoolExecutor(jobs) as pool:
            return [*pool.map(lambda m: _told(run(project, m)), mutants)]


def _told(result: Result) -> Result:
    sys.stderr.write(f"{result.seconds:6.1f} s  {result.mutant}: {result.caught_by or 'NO'}\n")
    with LOCK:
        _keep(result)
    return result


def table(results: Sequence[Result]) -> str:
    """Write results as a Markdown table."""
    lines = ["| mutant | breaks | caught by | seconds |", "|---|---|---|---|"]
    for r in results:
        caught = f"`{r.caught_by}`" if r.caught_by else "**nothing**"
        note = f" ({r.note})" if r.note else ""
        lines.append(f"| {r.mutant} | {r.promise} | {caught}{note} | {r.seconds} |")
    caught_ones = sum(bool(r.caught_by) for r in results)
    return "\n".join([*lines, "", f"{caught_ones} of {len(results)} caught.", ""])


def _keep(result: Result) -> None:
    """Keep the last result of each mutant that there is."""
    path = RESULTS / "mutants.json"
    RESULTS.mkdir(exist_ok=True)
    known = json.loads(path.read_text("utf-8")) if path.exists() else []
    last = {r["mutant"]: Result(**r) for r in known} | {result.mutant: result}
    results = [last[m.name] for m in MUTANTS if m.name in last]
    data = json.dumps([asdict(r) for r in results], ensure_ascii=False, indent=2)
    path.write_text(data + "\n", "utf-8")
    (RESULTS / "mutants.md").write_text(table(results), "utf-8")


if __name__ == "__main__":
    sys.exit(main())
