"""A world to drive through: traffic, sensors and ground truth, without a vehicle.

`drive` makes it tick by tick, `recording` writes it to disk. Nothing is imported here: traffic and rays each bring a
library that the others do without.
"""
