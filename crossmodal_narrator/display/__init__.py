"""The passenger's page: what was said and what is around, over HTTP and WebSockets. Knows no ROS.

The node's thread hands over to a `Board`; a `DisplayServer` shows it from a thread of its own. Starlette and uvicorn
are imported when a server is opened, and by nothing else.
"""

from crossmodal_narrator.display.board import Board
from crossmodal_narrator.display.clip import Clip
from crossmodal_narrator.display.config import DisplayConfig
from crossmodal_narrator.display.opening import open_server
from crossmodal_narrator.display.protocol import Question, Refusal
from crossmodal_narrator.display.receiving import Takers

__all__ = ["Board", "Clip", "DisplayConfig", "Question", "Refusal", "Takers", "open_server"]
