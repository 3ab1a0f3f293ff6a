"""Notices: to whom a message goes, as what, and what became of it."""
