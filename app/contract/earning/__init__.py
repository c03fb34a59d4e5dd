"""What members earn by their agreements."""
