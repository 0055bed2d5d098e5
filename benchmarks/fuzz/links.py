"""The real links of a demonstration: a PDF, an attachment, an upload, an export."""

import hashlib
import json
from typing import Any

from benchmarks.fuzz.checks import call
from benchmarks.fuzz.inputs import Sent

READ = (
    "query($e: Espace!) { synthese(espace: $e, first: 50) "
    "{ nodes { pdfUrl piecesJointes { url } } } }"
)
UPLOAD = (
    "mutation($input: PreparerTeleversementInput!) { preparerTeleversement(input: $input) "
    "{ ... on TeleversementPrepare { televersement { url } } } }"
)
EXPORT = (
    "mutation($input: ExporterInput!) { exporter(input: $input) { ... on ExportPrepare { url } } }"
)


async def links(app: Any, state: Any, tokens: dict[str, str]) -> list[str]:
    """Ask for a link of each kind."""

    async def ask(role: str, query: str, **variables: Any) -> Any:
        headers = [
            (b"host", b"localhost"),
            (b"content-type", b"application/json"),
            (b"authorization", f"Bearer {tokens[role]}".encode()),
        ]
        body = json.dumps({"query": query, "variables": variables}).encode()
        sent = Sent("links", "POST", "/graphql", b"", headers, body)
        return json.loads((await call(app, state, sent))[1])

    file = b"Un texte."
    upload = {
        "nomFichier": "a.txt",
        "typeMime": "text/plain",
        "taille": len(file),
        "sha256": hashlib.sha256(file).hexdigest(),
    }
    answers = [
        await ask("support", READ, e="SUPPORT"),
        await ask("emetteur", UPLOAD, input=upload),
        *[
            await ask("support", EXPORT, input={"espace": "SUPPORT", "synthese": True, "format": f})
            for f in ("CSV", "XLSX")
        ],
    ]
    return sorted(set(_paths(answers)))


def _paths(value: Any) -> list[str]:
    if isinstance(value, dict | list):
        inner = value.values() if isinstance(value, dict) else value
        return [path for v in inner for path in _paths(v)]
    return [value] if isinstance(value, str) and value.startswith("/") else []
