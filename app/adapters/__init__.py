"""Adapters to the outside world: tokens, messages, mail, drawings, files."""
