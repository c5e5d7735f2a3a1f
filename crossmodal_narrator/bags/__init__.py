"""Recorded drives, read and written without ROS."""

from crossmodal_narrator.bags.reader import Bag, BagMessage, open_bag
from crossmodal_narrator.bags.storage import BagTopic
from crossmodal_narrator.bags.writer import BagWriter

__all__ = ["Bag", "BagMessage", "BagTopic", "BagWriter", "open_bag"]
