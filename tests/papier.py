"""What a PDF says, as Debian's pdftotext reads it."""

import os
import re
import shutil
import subprocess

import pytest


def lire(corps: bytes) -> str:
    """Read the text of a PDF, each run of spaces as one, or skip where pdftotext is missing."""
    if shutil.which("pdftotext") is None:
        assert not os.environ.get("CI"), "pdftotext is missing: apt-get install poppler-utils"
        pytest.skip("pdftotext is missing: apt-get install poppler-utils")
    lu = subprocess.run(["pdftotext", "-", "-"], input=corps, capture_output=True, check=True)
    return re.sub(r"\s+", " ", lu.stdout.decode().replace("\u200b", ""))
