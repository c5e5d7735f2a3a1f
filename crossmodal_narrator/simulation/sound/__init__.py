"""What the vehicle's microphones hear: sources, the way of their sound through streets, and the microphones."""
