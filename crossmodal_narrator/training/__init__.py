"""From simulated drives to weights: data, networks, training, export. With `runtime`, all that knows torch."""
