"""Learning to bind what the senses show to words, from simulated snapshots and their descriptions."""
