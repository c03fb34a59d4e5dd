"""The REST face: translates HTTP into verbs and their results into JSON."""
