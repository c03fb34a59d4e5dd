"""The demo network: readable files of real cooperatives' rules, and their loader."""
