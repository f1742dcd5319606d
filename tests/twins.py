"""Made-up cables for comparisons: one that can be varied, as a page of the site and as a record.

Scope: texts about the fictional post STRELSAU. Not in scope: files of fixtures.
"""

from __future__ import annotations

from tests.cable.making import RIGHTS, page

from preserve.cable.normalization import normalize
from preserve.cable.record import Cable, CaptureSource, PageCapture, Row
from preserve.digests import sha256

__all__ = ["BODY", "HEADER", "cable", "page_text"]

HEADER = """VZCZCXRO0417
OO RUEHZE
DE RUEHSZ #0112/01 0531640
ZNY SSSSS ZZH
O P 221640Z FEB 05
FM AMEMBASSY STRELSAU
TO RUEHC/SECSTATE WASHDC IMMEDIATE 5521
INFO RUEHZE/AMCONSUL ZENDA PRIORITY 0310"""

BODY = """C O N F I D E N T I A L STRELSAU 000112

SIPDIS

DEPT FOR EUR/CNE, T. HALLAM

E.O. 12958: DECL: 02/22/2015
TAGS: PGOV, PREL, RZ
SUBJECT: THE KING AND THE BRIDGE OF ZENDA

REF: A. STRELSAU 98
     B. 04 ZENDA 17

Classified By: Counselor Jonas Wray for reasons 1.4 (b) and (d).

1. (C) SUMMARY: The Chamberlain told Poloff that the bridge of
Zenda would be "rebuilt" before the winter. End summary.

2. (C) A merchant of the town, Kurt Vogel, said that he had paid
for the stone, for the carts and for the guards. He did not
believe that the money would be seen again.

3. (C) COMMENT: Nothing in this is certain. END COMMENT.

ORMSBY"""


def cable(body: str = BODY, *, header: str | None = None, data: str = "", **parts: object) -> Cable:
    """Make the record of a cable.

    Args:
        body: Its body.
        header: Its routing header.
        data: What else the bytes of its page hold.
        **parts: The cells of its page: ``origin``, ``created``, ``classification``, ``tags``, ``redacted``,
            ``partial``; and ``identifier``, ``release``.
    """
    cells = {"origin": "Embassy Strelsau", "created": "2005-02-22 16:40:00", "classification": "CONFIDENTIAL"} | parts
    rows = tuple(
        Row(label=f"{name.capitalize()}:", value=value)
        for name, value in cells.items()
        if isinstance(value, str) and name != "identifier"
    )
    digest = sha256(repr((body, header, data, sorted(map(str, cells.items())))).encode())
    source = CaptureSource(name="page.txt", size=1, sha256=digest, media_type="text/plain", encoding="utf-8")
    capture = PageCapture(format="test", rendering="lines", table=rows)
    known = {name: value for name, value in cells.items() if name != "released"}
    return normalize(page(body, known | {"header": header, "source": source, "capture": capture}), RIGHTS)


def page_text(body: str = BODY, *, identifier: str = "05STRELSAU112", created: str = "16:40", chrome: str = "") -> str:
    """Return a page of the cablebrowser with its line breaks."""
    return f"""US embassy cable - {identifier}

Disclaimer: This is a made-up page. {chrome}

THE KING AND THE BRIDGE OF ZENDA

Identifier: {identifier}
Wikileaks: View {identifier} at Wikileaks.org
Origin: Embassy Strelsau
Created: 2005-02-22 {created}:00
Classification: CONFIDENTIAL
Tags: PGOV PREL RZ
Redacted: This cable was not redacted by Wikileaks.
This record is a partial extract of the original cable. The full text of the original cable is not available.

{body}

Latest source of this page is cablebrowser-2, released 2011-10-04
"""
