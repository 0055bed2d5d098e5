"""The demonstration: its reference data, its texts, and what loads them."""
