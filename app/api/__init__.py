"""The REST face: translates HTTP requests into use cases, and their results into JSON."""
