"""Apps, events, messages and the operation of the platform."""
