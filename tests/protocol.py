"""A visitor without a browser: speaks the app's own protocol over a socket on loopback and reads what it is shown."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlencode

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Subprotocol

SECONDS = 120


@dataclass
class Visitor:
    """One session of the app; `ask` reruns a page as its address would and returns the texts on screen."""

    socket: ClientConnection
    page: str = ""
    query: dict[str, str] = field(default_factory=dict)
    pages: dict[str, str] = field(default_factory=dict)
    widgets: dict[str, str] = field(default_factory=dict)
    known: dict[str, ForwardMsg] = field(default_factory=dict)

    def ask(self, page: str, **query: str) -> list[str]:
        """Rerun a page under a query and return the texts of its elements, those of errors marked so."""
        self.page, self.query = page, query
        return self._run([])

    def press(self, key: str) -> list[str]:
        """Press the button with a key on the page that is open, and return the texts that are there then."""
        return self._run([WidgetState(id=self.widgets[key], trigger_value=True)])

    def _run(self, states: list[WidgetState]) -> list[str]:
        wanted = BackMsg()
        wanted.rerun_script.query_string = urlencode(self.query)
        wanted.rerun_script.page_name = "" if self.pages else self.page
        wanted.rerun_script.page_script_hash = self.pages.get(self.page, "")
        wanted.rerun_script.widget_states.widgets.extend(states)
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
            elif kind == "page_info_changed":  # as a browser's, the address follows what the app writes into it
                self.query = dict(parse_qsl(message.page_info_changed.query_string))
            elif kind == "navigation":
                self.pages = {page.url_pathname: page.page_script_hash for page in message.navigation.app_pages}
                self.page = next(
                    name for name, mark in self.pages.items() if mark == message.navigation.page_script_hash
                )
            elif kind == "delta":
                # An element replaces what stood inside its place; a block keeps what its own kind held, as in a browser.
                is_element = message.delta.WhichOneof("type") == "new_element"
                size = len(path)
                shown = {at: text for at, text in shown.items() if at[:size] != path or (at != path and not is_element)}
            if kind == "delta" and message.delta.WhichOneof("type") == "new_element":
                shown[path] = text_of(message)
                if message.delta.new_element.WhichOneof("type") == "button":
                    mark = message.delta.new_element.button.id
                    self.widgets[mark.split("-", 2)[-1]] = mark
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
