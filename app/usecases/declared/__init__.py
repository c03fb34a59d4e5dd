"""What a use case declares of itself, mostly by decorators, and how `Run` reads it."""
