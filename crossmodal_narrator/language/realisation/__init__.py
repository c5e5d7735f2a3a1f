"""How claims are said. Knows no geometry."""
