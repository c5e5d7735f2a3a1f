"""Recorded drives, read and written without ROS."""

from crossmodal_narrator.bags.reader import Bag, BagMessage, open_bag
from crossmodal_narrator.bags.storage import BagTopic

__all__ = ["Bag", "BagMessage", "BagTopic", "open_bag"]
