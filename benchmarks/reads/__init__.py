"""Reads and writes over HTTP, side by side with others on the same database."""
