"""People and organisations: persons, cooperatives, members, municipalities, and their permissions."""
