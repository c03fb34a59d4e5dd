"""The demo network: readable files of real cooperatives' rules, their loader, and stories to play in it."""

STORIES = ("thread", "party", "barter", "papers", "month")
