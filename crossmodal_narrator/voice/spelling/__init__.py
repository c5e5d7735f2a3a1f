"""What is written → what is spoken: digits and units as words. Each language is one module."""

from crossmodal_narrator.voice.spelling.text import spelled

__all__ = ["spelled"]
