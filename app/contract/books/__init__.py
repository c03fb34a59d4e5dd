"""The books: months, money between cooperatives and municipalities, and proofs."""
