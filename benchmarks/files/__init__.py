"""Uploads that are cut, on servers that are killed."""
