"""Where security events are written."""

from pathlib import Path

import pytest
import structlog

from solli_graphql import logs
from solli_graphql.logs import ATOMIC, Journal


class TestJournal:
    def test_what_cannot_be_written_is_told(self, tmp_path: Path) -> None:
        """
        An event that its file refuses is told in the technical logs, and stops nothing.
        """
        journal = Journal(tmp_path / "absent" / "securite.jsonl")
        with pytest.raises(OSError, match="absent"):
            journal.check()
        with structlog.testing.capture_logs() as dits:
            journal.write({"action": "ESSAI"}, now=True)
        (dit,) = dits
        assert (dit["event"], dit["perdus"]) == ("journal_impossible", 1)

    def test_lines_are_written_whole(self) -> None:
        """
        Lines go out by groups that a pipe takes whole; a longer one goes alone.
        """
        lignes = [b"%d" % n * 300 + b"\n" for n in range(1, 9)] * 4
        lignes[5] = b"x" * (2 * ATOMIC) + b"\n"
        parts = [*logs._parts(lignes)]
        assert b"".join(parts) == b"".join(lignes)
        assert [p for p in parts if len(p) > ATOMIC] == [lignes[5]]
        assert all(p.endswith(b"\n") for p in parts)
        assert len(parts) < len(lignes) / 4
