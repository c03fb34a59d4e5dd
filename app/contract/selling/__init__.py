"""Orders of customers, and jobs that members do together."""
