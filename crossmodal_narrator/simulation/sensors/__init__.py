"""What the vehicle senses of the world: a model of each sensor."""
