"""Who takes part: persons, cooperatives, members, municipalities, and their permissions."""
