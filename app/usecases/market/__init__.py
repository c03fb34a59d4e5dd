"""The market: offerings, imports of offerings, and the catalogue."""
