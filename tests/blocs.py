"""The named blocks of code of a page of documentation, as files."""

import re
from pathlib import Path

DOCS = Path(__file__).parent.parent / "docs"


def blocs(page: str) -> dict[str, str]:
    """Give the text of each block of a page that names a file, by that name."""
    texte = (DOCS / page).read_text()
    return dict(re.findall(r"^```\w+ (\S+)\n(.*?)^```$", texte, re.MULTILINE | re.DOTALL))


def ecrire(page: str, dossier: Path) -> None:
    """Write those blocks in a folder."""
    for nom, texte in blocs(page).items():
        (dossier / nom).write_text(texte)
