"""Forum day: sittings, their agendas, the decisions taken in one pass, and the print pack."""
