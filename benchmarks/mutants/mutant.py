"""What a mutant is, and how it is planted in a copy of the source."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Edit:
    """One replacement in a file of src/solli_graphql; `old` stands there exactly once."""

    file: str
    old: str
    new: str


@dataclass(frozen=True)
class Mutant:
    """A fault: the promise that it breaks, its edits, and the tests expected to catch it."""

    name: str
    promise: str  # as numbered in README.md
    edits: tuple[Edit, ...]
    tests: tuple[str, ...]  # paths below tests/
    only: str = ""  # an engine and more words, as pytest's -k takes them; "" for both engines
    note: str = ""  # what its being caught does not show
    endless: bool = False  # its first test does not fail: it never ends, and is stopped


class NotPlantable(RuntimeError):
    """A mutant's old text is not found exactly once: the source has moved on."""


def plant(mutant: Mutant, source: Path) -> None:
    """Plant a mutant in a copy of src/solli_graphql. Raises NotPlantable."""
    for edit in mutant.edits:
        path = source / edit.file
        path.write_text(_edited(mutant, edit, path.read_text("utf-8")), "utf-8")


def check(mutants: Iterable[Mutant], source: Path) -> None:
    """Check that every mutant can be planted, before the first one is run. Raises NotPlantable."""
    wrong = []
    for mutant in mutants:
        for edit in mutant.edits:
            try:
                _edited(mutant, edit, (source / edit.file).read_text("utf-8"))
            except (NotPlantable, OSError) as e:
                wrong.append(str(e))
    if wrong:
        raise NotPlantable("\n".join(wrong))


def _edited(mutant: Mutant, edit: Edit, text: str) -> str:
    if (found := text.count(edit.old)) != 1:
        message = f"{mutant.name}: found {found} times in {edit.file}, not once:\n{edit.old}"
        raise NotPlantable(message)
    return text.replace(edit.old, edit.new)
