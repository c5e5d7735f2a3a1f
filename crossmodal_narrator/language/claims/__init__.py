"""What is true: claims drawn from scenes. Knows no words and no timing."""
