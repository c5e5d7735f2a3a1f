"""A vehicle that tells people what it sees, hears and does, and shows the evidence of every sentence."""

__version__ = "0.1.0"
