"""python -m benchmarks.files.real FOLDER: which of its files would be refused as what they are."""

import json
import os
import sys
from collections import Counter
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

from solli_graphql.domain.archives import FichierRefuse
from solli_graphql.domain.fichiers import Examen
from solli_graphql.domain.formats import EXTENSIONS

LARGEST = 10 * 1024 * 1024


def main() -> None:
    """Say why each refused file was, then count."""
    seen: set[str] = set()
    kept: Counter[str] = Counter()
    refused: Counter[str] = Counter()
    for path, data in files(Path(sys.argv[1])):
        digest, extension = sha256(data).hexdigest(), path.suffix[1:].lower()
        if digest in seen:
            continue
        seen.add(digest)
        examen = Examen(EXTENSIONS[extension], taille=len(data), empreinte=digest)
        examen.lire(data)
        try:
            examen.conclure()
        except FichierRefuse as e:
            refused[extension] += 1
            sys.stderr.write(f"{path}: {e.message}\n")
        else:
            kept[extension] += 1
    sys.stdout.write(json.dumps({"name": "real", "kept": kept, "refused": refused}) + "\n")


def files(folder: Path) -> Iterator[tuple[Path, bytes]]:
    """Read every file whose extension is of an admitted type."""
    for where, _, names in os.walk(folder):
        for path in (Path(where, n) for n in names):
            wanted = path.suffix[1:].lower() in EXTENSIONS and path.is_file()
            if wanted and os.access(path, os.R_OK) and 0 < path.stat().st_size <= LARGEST:
                yield path, path.read_bytes()


if __name__ == "__main__":
    main()
