"""A real browser without a window, driven through its own pipe (Chrome DevTools Protocol, no port, no library).

Scope: opening a page of one file, asking it questions, taking pictures, and keeping what it asked for or complained of.
Not in scope: clicking through sites.
"""

from __future__ import annotations

import base64
import json
import os
import select
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

__all__ = ["Browser", "found", "running"]

_NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
# The sandbox of Chromium does not start for root nor in most containers; what it opens here are files of ours.
_FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-dev-shm-usage", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-extensions",
    "--hide-scrollbars", "--remote-debugging-pipe",
)  # fmt: skip
_PATIENCE = 600.0
# The browser reads commands from descriptor 3 and answers on descriptor 4. (A shell like dash cannot say it: its
# redirections know one digit.)
_LAUNCH = (
    "import fcntl, os, sys; take, give = (fcntl.fcntl(int(n), fcntl.F_DUPFD_CLOEXEC, 10) for n in sys.argv[1:3]);"
    "os.dup2(take, 3); os.dup2(give, 4); os.execv(sys.argv[3], sys.argv[3:])"
)
_COMPLAINTS = frozenset({"Log.entryAdded", "Runtime.consoleAPICalled", "Runtime.exceptionThrown"})


def found() -> str | None:
    """Return the path of a browser of the Chromium family, if there is one."""
    return next(filter(None, map(shutil.which, _NAMES)), None)


class Browser:
    """One running browser with one page.

    Attributes:
        requests: The address of everything that the page asked for since it was opened, the page itself first.
        refused: Why the browser did not fetch something that it was asked for, as ``csp``.
        complaints: What it wrote to its console, as the browser tells it.
    """

    def __init__(self, to: int, back: int) -> None:
        self._to, self._back = to, back
        self._number = 0
        self._rest = b""
        self._session: str | None = None
        self._seen: set[str] = set()
        self.requests: list[str] = []
        self.refused: list[str] = []
        self.complaints: list[dict[str, Any]] = []
        target = self.ask("Target.createTarget", url="about:blank")["targetId"]
        self._session = str(self.ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"])
        for domain in ("Page", "Network", "Runtime", "Log"):
            self.ask(f"{domain}.enable")

    def ask(self, method: str, **parameters: object) -> dict[str, Any]:
        """Give a command and return its result; what happens meanwhile is kept."""
        self._number += 1
        message: dict[str, object] = {"id": self._number, "method": method, "params": parameters}
        if self._session is not None:
            message["sessionId"] = self._session
        os.write(self._to, json.dumps(message).encode() + b"\0")
        while True:
            answer = self._next()
            if answer.get("id") == self._number:
                assert "error" not in answer, (method, answer["error"])
                result: dict[str, Any] = answer["result"]
                return result

    def _next(self) -> dict[str, Any]:
        """Return the next message, having noted what it tells."""
        until = time.monotonic() + _PATIENCE
        while b"\0" not in self._rest:
            left = until - time.monotonic()
            assert left > 0, "the browser does not answer"
            assert select.select([self._back], [], [], left)[0], "the browser does not answer"
            more = os.read(self._back, 1 << 16)
            assert more, "the browser ended"
            self._rest += more
        line, _, self._rest = self._rest.partition(b"\0")
        message: dict[str, Any] = json.loads(line)
        event = str(message.get("method", ""))
        self._seen.add(event)
        if event == "Network.requestWillBeSent":
            self.requests.append(message["params"]["request"]["url"])
        elif event == "Network.loadingFailed":
            self.refused.append(message["params"].get("blockedReason", message["params"]["errorText"]))
        elif event in _COMPLAINTS:
            self.complaints.append(message)
        return message

    def open(self, page: Path, *, width: int = 1100, dark: bool = False, medium: str = "screen") -> None:
        """Open a file and wait until it is shown.

        Args:
            page: The file.
            width: Of the window, in CSS pixels.
            dark: The reader prefers dark colours.
            medium: ``screen`` or ``print``.
        """
        self.requests.clear()
        self.refused.clear()
        self.complaints.clear()
        self.ask("Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1, mobile=False)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.ask("Emulation.setEmulatedMedia", media=medium, features=[scheme])
        self._seen.clear()
        self.ask("Page.navigate", url=page.resolve().as_uri())
        while "Page.loadEventFired" not in self._seen:
            self._next()

    def value(self, expression: str) -> Any:
        """Return what an expression of JavaScript gives in the page, waited for if it is a promise."""
        answer = self.ask("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")

    def picture(self, x: int, y: int, width: int, height: int) -> bytes:
        """Return a part of the page as PNG."""
        clip = {"x": x, "y": y, "width": width, "height": height, "scale": 1}
        shot = self.ask("Page.captureScreenshot", format="png", clip=clip, captureBeyondViewport=True)
        return base64.b64decode(shot["data"])

    def pdf(self) -> bytes:
        """Return the page as it is printed."""
        self.ask("Emulation.setEmulatedMedia", media="print")
        return base64.b64decode(self.ask("Page.printToPDF", preferCSSPageSize=True, printBackground=False)["data"])

    def outline(self) -> list[tuple[str, str]]:
        """Return role and name of all that a screen reader is told of, in no order of the page."""
        nodes = self.ask("Accessibility.getFullAXTree")["nodes"]
        return [
            (str(node["role"]["value"]), str(node.get("name", {}).get("value", "")))
            for node in nodes
            if not node.get("ignored")
        ]


@contextmanager
def running(program: str) -> Iterator[Browser]:
    """Start a browser with an empty profile, and end it."""
    to_browser, from_us = os.pipe()
    from_browser, to_us = os.pipe()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        log = Path(profile, "stderr")
        with log.open("wb") as errors:
            started = subprocess.Popen(
                [
                    *(sys.executable, "-c", _LAUNCH, str(to_browser), str(to_us)),
                    *(program, *_FLAGS, f"--user-data-dir={profile}"),
                ],
                pass_fds=(to_browser, to_us),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=errors,
            )
        os.close(to_browser)
        os.close(to_us)
        try:
            try:
                browser = Browser(from_us, from_browser)
            except (AssertionError, OSError) as error:
                raise RuntimeError(f"{program} does not start: {log.read_text('utf-8', 'replace')[-2000:]}") from error
            yield browser
        finally:
            started.terminate()
            started.wait(timeout=_PATIENCE)
            os.close(from_us)
            os.close(from_browser)
