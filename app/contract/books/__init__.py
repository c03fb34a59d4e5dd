"""The books: months, money between cooperatives and municipalities, proofs."""
