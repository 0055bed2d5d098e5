"""The Chromium of the system, in which tests look."""

import shutil

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
# The browser's own calls to its maker are not the page's.
FLAGS = """--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking
    --disable-component-update --disable-sync""".split()
