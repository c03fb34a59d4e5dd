"""The verbs: load, decide, save. Each runs in one transaction that only `Run` opens and commits."""
