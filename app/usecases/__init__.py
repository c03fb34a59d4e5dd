"""The use cases: load, decide, save. Each runs in one transaction, which only `Run` opens and commits."""
