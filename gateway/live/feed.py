"""The open streams of one gateway process, by practice. Safe under threads."""

from datetime import datetime
from threading import Lock

from gateway.live.stream import END, Stream
from gateway.live.words import RESYNC, Message
from gateway.metrics import STREAMS
from runtime.clock import Clock
from runtime.errors import Refused

RETRY = 60  # seconds after which a page that polls may try again


class Feed:
    """`most` streams may be open at once, `threaded` of them on a thread of their own."""

    def __init__(self, most: int, threaded: int, clock: Clock):
        self.most, self.threaded = most, threaded
        self._clock = clock
        self._streams: dict[str, set[Stream]] = {}
        self._on_threads: set[Stream] = set()
        self._count = 0
        self._lock = Lock()
        self._measure()

    def __len__(self) -> int:
        return self._count

    def open(self, practice: str, session: str | None, until: datetime, *, thread: bool) -> Stream:
        """A new stream, which hears what is told from now on. Raises Refused `live_full`."""
        stream = Stream(practice, session, until)
        with self._lock:
            if self._count >= self.most or (thread and len(self._on_threads) >= self.threaded):
                raise Refused("live_full", {"retry_after": RETRY})
            self._streams.setdefault(practice, set()).add(stream)
            if thread:
                self._on_threads.add(stream)
            self._count += 1
            self._measure()
        return stream

    def close(self, stream: Stream) -> None:
        """The reader is gone, or will be. A stream that is closed is no error."""
        with self._lock:
            self._on_threads.discard(stream)
            found = self._streams.get(stream.practice, set())
            if stream in found:
                found.remove(stream)
                self._count -= 1
                if not found:
                    del self._streams[stream.practice]
                self._measure()

    def tell(self, practice: str, message: Message) -> None:
        """Tell every stream of the practice."""
        if streams := self._of(practice):
            encoded = message.encode()
            for stream in streams:
                stream.put(encoded)

    def resync(self) -> None:
        """Something may have been missed: let every page look at everything anew."""
        encoded = Message(RESYNC, self._clock(), {}).encode()
        for stream in self._all():
            stream.put(encoded)

    def sign_out(self, session: str) -> None:
        """End the streams of a session."""
        for stream in self._all():
            if stream.session == session:
                stream.put(END)

    def stop(self) -> None:
        """End all streams: the process does. Takes no lock, since a signal may have come while this thread had it."""
        for stream in [stream for streams in list(self._streams.values()) for stream in list(streams)]:
            stream.put(END)

    def expired(self, stream: Stream) -> bool:
        """Whether the access token that opened it is over."""
        return self._clock() >= stream.until

    def _measure(self) -> None:
        STREAMS("thread").set(len(self._on_threads))
        STREAMS("pump").set(self._count - len(self._on_threads))

    def _of(self, practice: str) -> list[Stream]:
        with self._lock:
            return list(self._streams.get(practice, ()))

    def _all(self) -> list[Stream]:
        with self._lock:
            return [stream for streams in self._streams.values() for stream in streams]
