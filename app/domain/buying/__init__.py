"""What members and cooperatives buy, alone or together."""
