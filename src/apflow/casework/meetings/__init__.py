"""Meetings: their sittings, the agenda of one in the policy's order, and its decisions."""
