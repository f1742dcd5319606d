"""Texts of tag files, and their lines as our reader takes them."""

from __future__ import annotations

from hypothesis import strategies as st

from preserve.bag.model import Fault
from preserve.bag.reading.tagfiles import read_lines

__all__ = ["lines", "paths", "texts"]

ODD = "%%%\r\n\t \u0085\u2028\u2029\v\f\x1c*#~\\:25aA0dD"
texts = st.text(st.one_of(st.sampled_from(ODD), st.characters(exclude_categories=["Cs"])), max_size=40)
paths = texts.filter(lambda text: text and text[0] not in " \t").map(lambda text: f"data/{text}")


def lines(data: bytes, codec: str = "utf-8", size: int = 1 << 20) -> tuple[list[tuple[int, str]], list[Fault]]:
    faults: list[Fault] = []
    chunks = [data[at : at + size] for at in range(0, len(data), size)]
    return list(read_lines(chunks, codec, faults)), faults
