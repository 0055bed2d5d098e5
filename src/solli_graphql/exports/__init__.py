"""Rows in, bytes out: what is read on paper or in a file."""
