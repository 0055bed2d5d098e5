"""The examples of the documentation: taken from its pages, run, compared with what they show."""

import json
import os
import re
import subprocess
import textwrap
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PORTE = "127.0.0.1:8000"  # where the pages say that the server is
FIN = "\x1e"  # printed after each example, so that each is compared with its own output
BLOC = re.compile(r"^( *)```(\w+)[^\n]*\n(.*?)^\1```", re.MULTILINE | re.DOTALL)
DIRE_FIN = {
    "sh": f"printf '{FIN}'",
    "python": f"print({FIN!r}, end='', flush=True)",
    "ts": f"process.stdout.write({json.dumps(FIN)});",
}


@dataclass(frozen=True)
class Bloc:
    """A fenced block of a page, and the line where it begins."""

    langue: str
    texte: str
    ligne: int


def blocs(page: Path) -> list[Bloc]:
    """Take the blocks out of a page, those of tabs and lists included."""
    texte = page.read_text(encoding="utf-8")
    return [
        Bloc(m[2], textwrap.dedent(m[3]), texte.count("\n", 0, m.start()) + 1)
        for m in BLOC.finditer(texte)
    ]


def montres(page: Path, langue: str) -> list[tuple[Bloc, Bloc | None]]:
    """Give the examples in a language, each with the answer that the page shows after it."""
    tous = blocs(page)
    suivants = [*tous[1:], None]
    return [
        (b, s if s and s.langue in ("json", "text") else None)
        for b, s in zip(tous, suivants, strict=True)
        if b.langue == langue
    ]


def programme(page: Path, langue: str, port: int) -> str:
    """Write all the examples of a page in a language as one program, as a reader would."""
    parties = [
        part for exemple, _ in montres(page, langue) for part in (exemple.texte, DIRE_FIN[langue])
    ]
    return "\n".join(parties).replace(PORTE, f"127.0.0.1:{port}") + "\n"


def jouer(commande: list[str], dossier: Path, port: int, **env: str) -> list[str]:
    """Run a program, two minutes at most; give what each of its examples printed."""
    joue = subprocess.run(
        commande,
        cwd=dossier,
        env=os.environ | env,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert joue.returncode == 0, joue.stdout + joue.stderr
    return joue.stdout.replace(f"127.0.0.1:{port}", PORTE).split(FIN)[:-1]


def comparer(page: Path, langue: str, sorties: list[str]) -> None:
    """Check that each example printed what the page shows."""
    exemples = montres(page, langue)
    assert len(sorties) == len(exemples)
    for (exemple, montre), sortie in zip(exemples, sorties, strict=True):
        if montre is None:
            continue
        ou = f"{page.name}:{exemple.ligne}\n{sortie}"
        if montre.langue == "text":
            assert semblable(montre.texte.strip(), sortie.strip()), ou
        else:
            assert semblable(json.loads(montre.texte), json.loads(sortie)), ou


def semblable(montre: Any, vrai: Any) -> bool:
    """
    Tell whether what is shown is true: each key shown is there, and « … » stands for anything.

    A list is shown whole, or ends with « … ».
    """
    match montre:
        case str():
            motif = ".*".join(map(re.escape, montre.split("…")))
            return isinstance(vrai, str) and re.fullmatch(motif, vrai, re.DOTALL) is not None
        case dict():
            return isinstance(vrai, dict) and all(
                cle in vrai and semblable(valeur, vrai[cle]) for cle, valeur in montre.items()
            )
        case [*debut, "…"]:
            return (
                isinstance(vrai, list)
                and len(vrai) >= len(debut)
                and all(map(semblable, debut, vrai))
            )
        case list():
            return (
                isinstance(vrai, list)
                and len(vrai) == len(montre)
                and all(map(semblable, montre, vrai))
            )
        case _:
            return type(montre) is type(vrai) and bool(montre == vrai)
