"""Content negotiation, as GraphQL over HTTP has it."""

GRAPHQL, JSON = "application/graphql-response+json", "application/json"
_MATCHES = {
    GRAPHQL: GRAPHQL,
    JSON: JSON,
    "application/*": GRAPHQL,
    "*/*": JSON,
}


def negotiate(accept: str | None) -> str | None:
    """Choose the media type of an answer by q, then by order; None if none is accepted."""
    if not accept or not accept.strip():
        return JSON
    wanted = []
    for place, part in enumerate(accept.split(",")):
        media, *parameters = (p.strip().lower() for p in part.split(";"))
        if media in _MATCHES and (q := _quality(parameters)) > 0:
            wanted.append((-q, place, _MATCHES[media]))
    return min(wanted)[2] if wanted else None


def _quality(parameters: list[str]) -> float:
    for parameter in parameters:
        if parameter.startswith("q="):
            try:
                return float(parameter[2:])
            except ValueError:
                return 0.0
    return 1.0


def is_json(content_type: str | None) -> bool:
    """Tell whether a body says that it is JSON, in UTF-8."""
    media, *parameters = (p.strip().lower() for p in (content_type or "").split(";"))
    charsets = [p for p in parameters if p.startswith("charset=")]
    return media == JSON and all(
        c.strip('"') in ("charset=utf-8", 'charset="utf-8') for c in charsets
    )
