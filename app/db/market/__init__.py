"""What is on offer."""
