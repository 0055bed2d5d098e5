"""Sollicitations as a GraphQL API: submit, treat, question, draft, transfer, answer, reopen."""

__version__ = "0.1.0"
