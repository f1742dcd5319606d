"""The chain of an event log within one of its files: numbers without gaps, and the digest of the line before in each.

The archive's event log checks the chain across files, and the end of the log.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from preserve.archive import GENESIS
from preserve.digests import sha256
from preserve.findings import Finding

__all__ = ["Chain"]


@dataclass(slots=True)
class Chain:
    """The number and the digest of the line before; ``None`` before the first."""

    seq: int | None = None
    digest: str | None = None

    def follow(self, line: bytes, value: object) -> Iterator[Finding]:
        """Go on to a line, and yield each way in which it does not follow the line before.

        Args:
            line: Its bytes, with or without the line feed.
            value: The line as JSON.
        """
        event = value if isinstance(value, dict) else {}
        seq, previous = event.get("seq"), event.get("previous")
        if seq == 1 and self.seq is None:
            self.digest = GENESIS
        if self.seq is not None and isinstance(seq, int) and seq != self.seq + 1:
            yield Finding.of("event-sequence-broken", "/seq", f"line {seq} comes after line {self.seq}")
        elif self.digest is not None and isinstance(previous, str) and previous != self.digest:
            says = f"the digest of the line before it is {self.digest}"
            yield Finding.of("event-chain-broken", "/previous", says)
        self.skip(line)
        if isinstance(seq, int):
            self.seq = seq

    def skip(self, line: bytes) -> None:
        """Go on to a line that is not JSON; it counts as one line."""
        self.seq = None if self.seq is None else self.seq + 1
        self.digest = sha256(line.removesuffix(b"\n"))
