"""All SQL: the tables of each noun and their queries, which return domain objects."""
