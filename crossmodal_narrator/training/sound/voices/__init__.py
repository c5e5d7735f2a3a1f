"""What the sound encoder learns from: sirens, horns, and all that is neither, each drawn from a seeded generator."""
