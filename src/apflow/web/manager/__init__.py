"""For managers, and for whoever wants to read what a policy became: dashboard and policies."""
