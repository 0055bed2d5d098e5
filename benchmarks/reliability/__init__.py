"""The reliability harness: processes race, are killed, and the history is counted afterwards."""
