"""What an actor can do: one public method, one use case, one transaction."""
