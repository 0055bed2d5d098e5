"""python -m benchmarks.reliability NAME [--size ci|full] [--engine sqlite|postgresql]."""

import argparse
import importlib
import json
import sys
import time

NAMES = ("races", "kills", "idempotence", "fsyncs", "tampering", "backup", "drain", "stalls")


def main() -> int:
    """Run one benchmark on one engine or on both; print a JSON line each."""
    parser = argparse.ArgumentParser(prog="benchmarks.reliability", description=__doc__)
    parser.add_argument("name", choices=NAMES)
    parser.add_argument("--size", choices=("ci", "full"), default="ci")
    parser.add_argument("--engine", choices=("sqlite", "postgresql"))
    parser.add_argument("--count", type=int, default=0, help="rounds, acks, keys: not the size's")
    parser.add_argument("--only", default="", help="kinds of kills, separated by commas")
    parser.add_argument("--mutant", default="", help="a fault of mutants.py, planted in the server")
    parser.add_argument("--seed", type=int, default=time.time_ns() % 1_000_000)
    asked = parser.parse_args()
    status = 0
    for engine in (asked.engine,) if asked.engine else ("sqlite", "postgresql"):
        module = importlib.import_module(f"benchmarks.reliability.{asked.name}")
        begin = time.monotonic()
        figures, broken = module.main(engine, asked)
        seconds = round(time.monotonic() - begin, 1)
        line = {"name": asked.name, "engine": engine, "size": asked.size, "broken": broken}
        sys.stdout.write(json.dumps({**line, **figures, "seconds": seconds}) + "\n")
        sys.stdout.flush()
        status |= bool(broken)
    return status


if __name__ == "__main__":
    sys.exit(main())
