"""The help of every command."""

from typing import Any

import click
import pytest

from commandes import Solli, done
from solli_graphql.cli import main


def commands(group: click.Group = main, *path: str) -> list[tuple[str, ...]]:
    """List every command, by its words."""
    found: list[tuple[str, ...]] = [path]
    for name, command in group.commands.items():
        below = (*path, name)
        found += commands(command, *below) if isinstance(command, click.Group) else [below]
    return found


class TestHelp:
    @pytest.mark.parametrize("command", commands(), ids=" ".join)
    async def test_is_in_french(self, solli: Solli, command: tuple[str, ...]) -> None:
        """
        The help of every command is in French, whole.
        """
        text = done(await solli(*command, "--help")).stdout
        for english in ("Show", "exit.", "Commands:", "default:", "[required]"):
            assert english not in text

    @pytest.mark.parametrize("command", commands(), ids=" ".join)
    async def test_says_what_each_option_does(self, solli: Solli, command: tuple[str, ...]) -> None:
        """
        Every option of every command has a sentence.
        """
        found: Any = main
        for word in command:
            found = found.commands[word]
        assert found.help
        for parameter in found.params:
            if isinstance(parameter, click.Option):
                assert parameter.help
        assert found.help.split(".")[0] in " ".join(
            done(await solli(*command, "--help")).stdout.split()
        )
