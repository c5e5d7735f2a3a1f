"""What matters, and when to speak. Knows no words."""
