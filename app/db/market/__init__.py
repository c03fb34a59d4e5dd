"""Offerings, and looking for them."""
