"""What members and cooperatives buy."""
