"""Who is on the road and what they do, second by second."""
