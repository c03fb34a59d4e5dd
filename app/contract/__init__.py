"""The public side of each noun: its shapes and operations, from which both faces are made."""
