"""The outside world: tokens, messages, mail, drawings, files."""
