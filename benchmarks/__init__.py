"""Measurements of the product from outside: never imported by it."""
