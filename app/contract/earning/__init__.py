"""What members earn, and the agreements that decide about it."""
