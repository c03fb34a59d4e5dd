"""Samen: the shared marketplace of the Dutch social cooperatives."""
