"""The GraphQL face: translates fields into verbs and their results into types."""
