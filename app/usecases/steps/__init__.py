"""Steps that several verbs share; they take part in the caller's transaction and never commit."""
