"""Apps, events, messages and what the network runs on."""
