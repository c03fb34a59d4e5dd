"""What customers order and jobs that members do together."""
