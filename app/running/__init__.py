"""What runs a use case for a caller: `Run` opens and commits its transaction; the catalogue has a way of its own."""
