"""The schema, and how a document becomes an answer."""
