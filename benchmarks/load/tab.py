"""A tab of a browser: what Streamlit's browser side does, without showing anything.

It asks for a page, answers the components that speak by themselves, sends what its widgets hold
with each request, and runs living parts of the page by the clock that the server has named.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable
from time import perf_counter
from typing import Any

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.Element_pb2 import Element
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState, WidgetStates
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from benchmarks.load.http import Fetcher, FetchError
from benchmarks.load.measures import Measures

PATIENCE_S = 60.0
"""How long an answer is waited for, before it counts as an error."""

NOTICES_S = 0.001
"""How long the browser takes to answer a component that speaks by itself."""

BUNDLE = re.compile(r'(?:href|src)="\./(static/[^"]+)"')
DRAWING = "/_stcore/bidi-components/{}/{}"


class LostError(Exception):
    """The server has not answered."""


class Tab:
    """A tab.

    Parameters
    ----------
    files : Fetcher
        The browser's connections for files.
    kept : dict
        The browser's own storage: it holds who the visitor is.
    language : str
        Of the browser, such as ``zh-CN``.
    measures : Measures
        Where what was measured and what went wrong goes.
    """

    def __init__(
        self, files: Fetcher, kept: dict[str, str], language: str, measures: Measures
    ) -> None:
        self.measures = measures
        self.pages: dict[str, str] = {}
        self.page = self.query = ""
        self.buttons: dict[str, tuple[str, bool]] = {}  # By its key: its id, and whether it can be.
        self.told: dict[str, dict[str, Any]] = {}  # By its key: what a component was told.
        self.parts: dict[str, str] = {}  # By its key: the living part that a component is in.
        self.progress = 0
        self._files, self._kept, self._language = files, kept, language
        self._socket: ClientConnection | None = None
        self._reading: asyncio.Task[None] | None = None
        self._sending: asyncio.Queue[bytes] = asyncio.Queue()
        self._states: dict[str, WidgetState] = {}
        self._everywhere: set[str] = set()  # Widgets that are around every page.
        self._ids: dict[str, str] = {}
        self._clocks: dict[str, tuple[float, asyncio.TimerHandle]] = {}
        self._asked: dict[str, float] = {}  # When a living part was asked for.
        self._main = self._shown = ""
        self._fragments: tuple[str, ...] = ()
        self._whole = True
        self._changed = asyncio.Event()
        self._visit = ""
        self._sent = self._turn = self.finished = 0
        self._others: set[asyncio.Task[None]] = set()

    async def open(self, path: str) -> None:
        """Open a page as the first one."""
        began = perf_counter()
        document = (await self._files.get(f"/{path}", self._language)).decode()
        await self._files.once(*(f"/{name}" for name in BUNDLE.findall(document)))
        await self._files.get("/_stcore/health")
        await self._files.get("/_stcore/host-config")
        address = self._files.address
        self._socket = await connect(
            f"ws://{address}/_stcore/stream",
            origin=f"http://{address}",
            subprotocols=[Subprotocol("streamlit"), Subprotocol("PLACEHOLDER_AUTH_TOKEN")],
            additional_headers={"Accept-Language": self._language},
            compression=None,
            max_size=None,
            ping_interval=None,
        )
        self._reading = asyncio.create_task(self._read(self._socket))
        self._others.add(asyncio.create_task(self._write(self._socket)))
        self._rerun(name=path)
        await self.until(lambda: self.finished, f"the first page {path}")
        self.measures.took("first page", perf_counter() - began)
        self._fetch(f"/glossary.{self._language}.json")

    async def go(self, page: str) -> None:
        """Change to another page by its link."""
        target = next(key for key, path in self.pages.items() if path == page)
        for part in list(self._clocks):
            self._stop_clock(part)
        self._states = {key: self._states[key] for key in self._everywhere & set(self._states)}
        self.query = ""
        began, before = perf_counter(), self.finished
        self._shown = ""
        self._rerun(page=target)
        await self.until(
            lambda: self._shown == target and self.finished > before, f"a link to {page or 'home'}"
        )
        self.measures.took("page change", perf_counter() - began)

    async def click_train(self) -> None:
        """Click on Train, and wait until the page shows the training as started."""
        began, seen = perf_counter(), self.progress
        self.click("train")
        self.buttons.pop("train")
        await self.until(
            lambda: (not self.buttons.get("train", ("", True))[1]) and self.progress > seen,
            "a click on Train",
        )
        self.measures.took("click on Train", perf_counter() - began)

    def click(self, key: str) -> None:
        """Click on a button."""
        wid, usable = self.buttons[key]
        if not usable:
            raise LostError(f"{key} cannot be clicked")
        self._rerun(trigger=WidgetState(id=wid, trigger_value=True))

    def usable(self, key: str) -> bool:
        """Return whether a button is there and can be clicked."""
        return self.buttons.get(key, ("", False))[1]

    async def tell(self, key: str, part: str, value: object) -> None:
        """Send what a component tells, and wait until that is answered."""
        before = self.finished
        self._set(key, part, value)
        self._rerun()
        await self.until(lambda: self.finished > before, f"what {key} has told")

    async def pen(self, picture: str) -> None:
        """Send what the pen has drawn so far, and wait for what is made of it.

        The answer names the picture that it is of. It may come with the whole page instead of with
        its part: then a training has ended meanwhile, and the page is shown anew.
        """
        began = perf_counter()
        turn = self._turn = max(self._turn, self.told["pen"]["turn"]) + 1
        self._set("pen", "frame", {"turn": turn, "image": picture})
        self._rerun(fragment=self.parts["pen"])
        await self.until(lambda: self.told["pen"]["turn"] >= turn, "the pen")
        self.measures.took("pen to answer", perf_counter() - began)

    async def until(self, true: Callable[[], object], what: str = "") -> None:
        """Wait until something is so; `what` says of an error what was waited for.

        Raises
        ------
        LostError
            If it is not within `PATIENCE_S`, or the connection is lost.
        """
        limit = perf_counter() + PATIENCE_S
        while not true():
            self._changed.clear()
            left = limit - perf_counter()
            if self._reading is None or self._reading.done() or left <= 0:
                why = "the connection was lost" if left > 0 else "no answer"
                shown = self.pages.get(self._shown, "nothing")
                raise LostError(f"{why} to {what or 'a message'}; shown is {shown or 'home'}")
            try:
                await asyncio.wait_for(self._changed.wait(), left)
            except TimeoutError:
                continue

    async def close(self) -> None:
        """Close the tab."""
        for part in list(self._clocks):
            self._stop_clock(part)
        if self._reading:
            self._reading.cancel()
        for task in self._others:
            task.cancel()
        if self._socket:
            await self._socket.close()

    # What comes from the server.

    async def _read(self, socket: ClientConnection) -> None:
        try:
            async for raw in socket:
                if isinstance(raw, bytes):
                    self._take(ForwardMsg.FromString(raw), len(raw))
                    self._changed.set()
        except ConnectionClosed as error:
            self.measures.wrong(f"disconnected: {error}")
        finally:
            self._changed.set()

    def _take(self, message: ForwardMsg, size: int) -> None:
        kind = message.WhichOneof("type")
        self.measures.received += size
        if kind == "delta":
            if message.delta.WhichOneof("type") == "new_element":
                everywhere = message.metadata.active_script_hash == self._main
                part = message.delta.fragment_id
                self._show(message.delta.new_element, everywhere, part)
        elif kind == "new_session":
            self._begin(message)
        elif kind == "script_finished":
            self._finish(message.script_finished)
        elif kind == "auto_rerun":
            self._start_clock(message.auto_rerun.fragment_id, message.auto_rerun.interval)
        elif kind == "stop_auto_rerun":
            for part in message.stop_auto_rerun.fragment_ids:
                self._stop_clock(part)
        elif kind == "page_info_changed":
            self.query = message.page_info_changed.query_string
        elif kind == "navigation":
            self.pages = {
                page.page_script_hash: "" if page.is_default else page.url_pathname
                for page in message.navigation.app_pages
            }
            self._shown = self.page = message.navigation.page_script_hash
        elif kind in ("page_not_found", "session_event"):
            self.measures.wrong(f"{kind}: {message}"[:200])

    def _begin(self, message: ForwardMsg) -> None:
        self._fragments = tuple(message.metadata.run.fragment_ids)
        self._main = message.new_session.main_script_hash
        if not self._fragments:
            for part in list(self._clocks):
                self._stop_clock(part)

    def _finish(self, status: int) -> None:
        if status == ForwardMsg.FINISHED_SUCCESSFULLY:
            self.finished += 1
        elif status == ForwardMsg.FINISHED_WITH_COMPILE_ERROR:
            self.measures.wrong("a script that cannot be compiled")
        for part in self._fragments:
            if part in self._asked:
                self.measures.took("tick", perf_counter() - self._asked.pop(part))

    def _show(self, element: Element, everywhere: bool, part: str) -> None:
        kind = element.WhichOneof("type")
        if kind == "exception":
            self.measures.wrong(f"exception on a page: {element.exception.message}")
        elif kind == "button":
            wid = element.button.id
            self.buttons[_key_of(wid)] = wid, not element.button.disabled
        elif kind == "progress":
            self.progress += 1
        elif kind == "bidi_component":
            self._hear(element.bidi_component, everywhere, part)
        elif kind == "imgs":
            self._fetch(*(image.url for image in element.imgs.imgs if image.url[:1] == "/"))
        elif kind in _HOLDS:
            widget = getattr(element, kind)
            if widget.id and (widget.id not in self._states or widget.set_value):
                state = WidgetState(id=widget.id)
                if _HOLDS[kind](widget, state):
                    self._keep(state, everywhere)

    def _hear(self, component: Any, everywhere: bool, part: str) -> None:
        """Take what a component is told, and do what it does by itself."""
        key = _key_of(component.id)
        self._ids[key] = component.id
        self.parts[key] = part
        if everywhere:
            self._everywhere.add(component.id)
        if component.js_source_path:
            self._fetch(DRAWING.format(component.component_name, component.js_source_path))
        if key in ("accuracy", "loss", "keepsakes", "pen"):
            text = component.json or component.mixed.json
            told = self.told[key] = json.loads(text)
            if key == "keepsakes" and told["visit"] != self._visit:
                self._visit, self._sent = told["visit"], told["seen"]
                asyncio.get_running_loop().call_later(NOTICES_S, self._introduce, told)
            elif told.get("plotly"):
                self._fetch(f"/{told['plotly']}")

    def _introduce(self, told: dict[str, Any]) -> None:
        """Say who the visitor is, as the browser's storage has it."""
        visitor = self._kept.setdefault("visitor", told["visitor"])
        self._sent += 1
        message = {"n": self._sent, "unread": False, "visit": self._visit, "visitor": visitor}
        self._set("keepsakes", "told", message | {"problem": None, "text": None})
        self._rerun(fragment=self.parts["keepsakes"])

    # What goes to the server.

    def _set(self, key: str, part: str, value: object) -> None:
        wid = self._ids[key]
        state = self._states.get(wid)
        parts = json.loads(state.json_value) if state else {}
        self._states[wid] = WidgetState(id=wid, json_value=json.dumps(parts | {part: value}))

    def _keep(self, state: WidgetState, everywhere: bool) -> None:
        self._states[state.id] = state
        if everywhere:
            self._everywhere.add(state.id)

    def _rerun(
        self,
        page: str | None = None,
        name: str = "",
        fragment: str = "",
        by_clock: bool = False,
        trigger: WidgetState | None = None,
    ) -> None:
        message = BackMsg()
        state = message.rerun_script
        state.query_string = self.query
        state.page_script_hash = self.page if page is None else page
        state.page_name = name
        state.fragment_id, state.is_auto_rerun = fragment, by_clock
        states = [*self._states.values(), *([trigger] if trigger else [])]
        state.widget_states.CopyFrom(WidgetStates(widgets=states))
        state.context_info.timezone = "Europe/Berlin"
        state.context_info.timezone_offset = -60
        state.context_info.locale = self._language
        state.context_info.url = f"http://{self._files.address}/{name}"
        state.context_info.color_scheme = "light"
        self._sending.put_nowait(message.SerializeToString())

    async def _write(self, socket: ClientConnection) -> None:
        while True:
            await socket.send(await self._sending.get())

    def _start_clock(self, part: str, interval_s: float) -> None:
        if part in self._clocks and self._clocks[part][0] == interval_s:
            return
        self._stop_clock(part)
        self._tick(part, interval_s, first=True)

    def _tick(self, part: str, interval_s: float, first: bool = False) -> None:
        """Ask for a living part now, and again and again."""
        loop = asyncio.get_running_loop()
        self._clocks[part] = interval_s, loop.call_later(interval_s, self._tick, part, interval_s)
        if not first:
            self._asked.setdefault(part, perf_counter())
            self._rerun(fragment=part, by_clock=True)

    def _stop_clock(self, part: str) -> None:
        if part in self._clocks:
            self._clocks.pop(part)[1].cancel()
        self._asked.pop(part, None)

    def _fetch(self, *paths: str) -> None:
        """Fetch files beside all else."""

        async def fetch() -> None:
            try:
                await self._files.once(*paths)
            except FetchError as error:
                self.measures.wrong(f"not fetched: {error}")

        task = asyncio.create_task(fetch())
        self._others.add(task)
        task.add_done_callback(self._others.discard)


def _key_of(wid: str) -> str:
    """Return the key in an id such as ``$$ID-0123-train``."""
    return wid.split("-", 2)[-1]


def _numbers(widget: Any, state: WidgetState) -> bool:
    name = "value" if widget.set_value else "default"
    if not widget.HasField(name):
        return False
    value = getattr(widget, name)
    if widget.data_type == widget.INT:
        state.int_value = int(value)
    else:
        state.double_value = value
    return True


def _choices(widget: Any, state: WidgetState) -> bool:
    chosen = [widget.options[i].content for i in widget.default]
    if widget.set_value:
        chosen = list(widget.raw_values)
    state.string_array_value.data.extend(chosen)
    return True


def _slides(widget: Any, state: WidgetState) -> bool:
    if widget.type == widget.SELECT_SLIDER:
        return False
    state.double_array_value.data.extend(widget.value if widget.set_value else widget.default)
    return True


def _ticked(widget: Any, state: WidgetState) -> bool:
    state.bool_value = widget.value if widget.set_value else widget.default
    return True


_HOLDS: dict[str, Callable[[Any, WidgetState], bool]] = {
    "number_input": _numbers,
    "button_group": _choices,
    "slider": _slides,
    "checkbox": _ticked,
}
"""What the browser sends of a widget that nobody has touched."""
