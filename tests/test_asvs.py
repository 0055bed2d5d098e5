"""docs/asvs.md: every requirement of ASVS 5.0 at level 2, once, and tests that exist."""

import re
from collections import Counter
from pathlib import Path

TESTS = Path(__file__).parent
DOCUMENT = (TESTS.parent / "docs/asvs.md").read_text("utf-8")
# The requirements of levels 1 and 2, section by section, as version 5.0.0 numbers them.
NIVEAU_2 = """
1.1 1-2    1.2 1-9    1.3 1-11   1.4 1-3    1.5 1-2
2.1 1-3    2.2 1-3    2.3 1-4    2.4 1-1
3.2 1-2    3.3 1-4    3.4 1-6    3.5 1-5    3.7 1-2
4.1 1-3    4.2 1-1    4.3 1-2    4.4 1-4
5.1 1-1    5.2 1-3    5.3 1-2    5.4 1-3
6.1 1-3    6.2 1-12   6.3 1-4    6.4 1-4    6.5 1-5    6.6 1-3    6.8 1-4
7.1 1-3    7.2 1-4    7.3 1-2    7.4 1-5    7.5 1-2    7.6 1-2
8.1 1-2    8.2 1-3    8.3 1-1    8.4 1-1
9.1 1-3    9.2 1-4
10.1 1-2   10.2 1-2   10.3 1-4   10.4 1-11  10.5 1-5   10.6 1-2   10.7 1-3
11.1 1-2   11.2 1-3   11.3 1-3   11.4 1-4   11.5 1-1   11.6 1-1
12.1 1-3   12.2 1-2   12.3 1-4
13.1 1-1   13.2 1-5   13.3 1-2   13.4 1-5
14.1 1-2   14.2 1-4   14.3 1-3
15.1 1-3   15.2 1-3   15.3 1-7
16.1 1-1   16.2 1-5   16.3 1-4   16.4 1-3   16.5 1-3
17.1 1-1   17.2 1-4   17.3 1-2
"""


def test_every_requirement_has_one_place() -> None:
    """
    Each requirement of levels 1 and 2 is in one row, and no other is.
    """
    sections = re.findall(r"([\d.]+) 1-(\d+)", NIVEAU_2)
    attendues = [f"{s}.{n}" for s, dernier in sections for n in range(1, int(dernier) + 1)]
    rangs = re.findall(r"^\| ((?:\d+\.\d+\.\d+(?:, )?)+) \|", DOCUMENT, re.MULTILINE)
    ecrites = Counter(n for rang in rangs for n in rang.split(", "))
    assert ecrites == Counter(attendues)


def test_every_test_that_is_named_exists() -> None:
    """
    A row that says "held" names a test that is there.
    """
    nommes = re.findall(
        r"^\| [\d.]+ \|.*\| `([\w/.]+\.py)(?:::(\w+))?` \|$", DOCUMENT, re.MULTILINE
    )
    tenues = DOCUMENT.split("## Held")[1].split("## Left")[0]
    assert len(nommes) == tenues.count("\n| ") - 1
    for chemin, classe in nommes:
        texte = (TESTS / chemin).read_text("utf-8")
        assert not classe or f"class {classe}:" in texte, (chemin, classe)
