"""Structured logs: one JSON object a line, in UTC, without personal data."""

import logging
import sys
import traceback

import structlog


def configurer() -> None:
    """Send our logs and uvicorn's to standard error, as JSON."""
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format="%(message)s")
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )


def trace(error: BaseException) -> dict[str, object]:
    """
    Tell where an error arose, never what it says.

    A driver's message quotes the values it was given: texts, names, addresses.
    """
    frames = traceback.extract_tb(error.__traceback__)[-20:]
    return {
        "erreur": type(error).__name__,
        "pile": [f"{f.filename}:{f.lineno} {f.name}" for f in frames],
    }
