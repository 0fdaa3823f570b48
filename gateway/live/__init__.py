"""Server-sent events for signed-in staff: what happens in their practice, told to every open page (docs/adr/0009).

words    from an event to a message with nobody's data
feed     the open streams of this process, by practice
pump     one thread that writes to all streams whose sockets it was given
stream   one stream
"""

from gateway.live.feed import Feed
from gateway.live.pump import Pump
from gateway.live.stream import Stream
from gateway.live.words import TOLD, Message, message_of

__all__ = ["TOLD", "Feed", "Message", "Pump", "Stream", "message_of"]
