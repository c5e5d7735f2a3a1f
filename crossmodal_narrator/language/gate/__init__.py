"""The last look: every claim of a sentence against the scene as it is when it is spoken."""
