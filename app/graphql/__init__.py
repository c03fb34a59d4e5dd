"""The GraphQL face: translates fields into use cases, and their results into types."""
