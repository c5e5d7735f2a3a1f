"""What never moves: the ground, and all that was built or grows on it."""
