"""A visitor without a browser: speaks the app's own protocol over a socket on loopback and reads what it is shown."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import urlencode

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Subprotocol

SECONDS = 120


@dataclass
class Visitor:
    """One session of the app; `ask` reruns a page as its address would and returns the texts on screen."""

    socket: ClientConnection
    page_hash: str = ""
    known: dict[str, ForwardMsg] = field(default_factory=dict)

    def ask(self, page: str, **query: str) -> list[str]:
        """Rerun a page under a query and return the texts of its elements, those of errors marked so."""
        wanted = BackMsg()
        wanted.rerun_script.query_string = urlencode(query)
        wanted.rerun_script.page_name = "" if self.page_hash else page
        wanted.rerun_script.page_script_hash = self.page_hash
        wanted.rerun_script.cached_message_hashes.extend(self.known)
        self.socket.send(wanted.SerializeToString())
        shown: dict[tuple[int, ...], str] = {}
        while True:
            received = self.socket.recv(SECONDS)
            message = ForwardMsg.FromString(received if isinstance(received, bytes) else received.encode())
            path = tuple(message.metadata.delta_path)
            if message.WhichOneof("type") == "ref_hash":
                message = self.known[message.ref_hash]
            elif message.metadata.cacheable:
                self.known[message.hash] = message
            kind = message.WhichOneof("type")
            if kind == "new_session":
                shown = {}
            elif kind == "navigation":
                self.page_hash = message.navigation.page_script_hash
            elif kind == "delta" and message.delta.WhichOneof("type") == "new_element":
                shown[path] = text_of(message)
            elif kind == "script_finished" and message.script_finished == ForwardMsg.FINISHED_SUCCESSFULLY:
                return [text for _, text in sorted(shown.items()) if text]


@contextmanager
def visiting(url: str) -> Iterator[Visitor]:
    """Open a session of the app that listens at an address."""
    address = url.replace("http://", "ws://") + "/_stcore/stream"
    with connect(address, subprotocols=[Subprotocol("streamlit")], max_size=None, proxy=None) as socket:
        yield Visitor(socket)


def text_of(message: ForwardMsg) -> str:
    """Return what an element says, of a figure its whole description; empty where it is a control."""
    element = message.delta.new_element
    kind = element.WhichOneof("type")
    if kind in ("markdown", "text", "heading"):
        return str(getattr(element, kind).body)
    if kind in ("alert", "exception"):
        return f"{kind}: {element.alert.body or element.exception.message}"
    if kind == "plotly_chart":
        return str(element.plotly_chart.spec)
    return ""
