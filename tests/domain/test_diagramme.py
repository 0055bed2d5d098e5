"""The drawn workflow is the one in the code."""

from pathlib import Path

import pytest

from solli_graphql.domain.diagramme import dessiner, mermaid, nommer, tableau
from solli_graphql.domain.workflow import TRANSITIONS, Transition

ROOT = Path(__file__).parents[2]


def between(page: str, mark: str) -> str:
    """Give what a page has between two marks."""
    text = (ROOT / page).read_text(encoding="utf-8")
    return text.split(f"<!-- {mark} -->\n")[1].split(f"\n<!-- /{mark} -->")[0]


class TestMermaid:
    @pytest.mark.parametrize("page", ["README.md", "docs/workflow.md"])
    def test_the_pages_are_current(self, page: str) -> None:
        """
        The diagram of a page is the one that the table makes.
        """
        assert between(page, "diagramme") == f"```mermaid\n{mermaid()}\n```"

    @pytest.mark.parametrize("transition", TRANSITIONS, ids=nommer)
    def test_every_transition_is_drawn(self, transition: Transition) -> None:
        """
        Each transition has its arrows, and each arrow is in the diagram.
        """
        lines = [line.strip() for line in mermaid().splitlines()]

        fleches = dessiner(transition)

        assert fleches
        assert all(str(fleche) in lines for fleche in fleches)

    def test_nothing_else_is_drawn(self) -> None:
        """
        Apart from entries, every arrow is a transition's.
        """
        drawn = [line.strip() for line in mermaid().splitlines() if "-->" in line]
        fleches = {str(fleche) for t in TRANSITIONS for fleche in dessiner(t)}

        assert {line for line in drawn if not line.startswith("[*]")} == fleches

    def test_it_stays_readable(self) -> None:
        """
        The diagram has at most ten states, boxes apart.
        """
        states = [line for line in mermaid().splitlines() if ": " in line and "-->" not in line]

        assert len(states) <= 10


class TestTableau:
    def test_the_page_is_current(self) -> None:
        """
        The table of docs/workflow.md is the one that the transitions make.
        """
        assert between("docs/workflow.md", "transitions") == tableau()

    def test_every_transition_has_a_row(self) -> None:
        """
        A row per transition, below the heading.
        """
        assert len(tableau().splitlines()) == 2 + len(TRANSITIONS)
