"""The ``<teiHeader>``: what the document is, what it is made of, how, and what it is about (TEI P5, chapter 2).

Scope: putting its four parts together, and the revision description. Not in scope: the text. Every value is of the
record or of the call; what the cable itself does not state says who does (:mod:`preserve.tei.certainty`).
"""

from __future__ import annotations

from collections.abc import Iterable

from preserve.cable import Cable
from preserve.tei.anchors import Anchors
from preserve.tei.certainty import PACKAGER
from preserve.tei.encoding_description import encoding_description
from preserve.tei.encoding_run import EncodingRun
from preserve.tei.file_description import file_description
from preserve.tei.profile_description import profile_description

__all__ = ["tei_header"]


def tei_header(cable: Cable, anchors: Anchors, unencodable: Iterable[str], run: EncodingRun) -> str:
    """Return the ``<teiHeader>``, whole lines.

    Args:
        cable: The record.
        anchors: Its targets in the text.
        unencodable: The characters of its texts that XML cannot hold.
        run: Who makes the document, when, and from what.
    """
    day = run.date.isoformat()
    return (
        "  <teiHeader>\n"
        f"{file_description(cable, anchors, run)}"
        f"{encoding_description(cable, anchors.taxonomies, unencodable, run.software)}"
        f"{profile_description(cable, anchors)}"
        '    <revisionDesc status="generated">\n'
        f'      <change when="{day}" who="#{PACKAGER}">Generated from the captured source.</change>\n'
        "    </revisionDesc>\n"
        "  </teiHeader>\n"
    )
