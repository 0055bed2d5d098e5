"""Tests of the tests: faults planted one at a time in a copy of the source, to be caught."""
