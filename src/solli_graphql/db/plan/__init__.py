"""The read plan: a selection tree becomes one statement, and its rows become the answer."""
