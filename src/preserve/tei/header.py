"""The ``<teiHeader>``: what the document is, what it is made of, how, and what it is about (TEI P5, chapter 2).

Every value comes from the record or from the call. A value that the cable itself does not state says who states it
(:mod:`preserve.tei.certainty`).
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
    """Return the ``<teiHeader>`` as whole lines.

    Args:
        cable: The record.
        anchors: The targets of the record in its texts.
        unencodable: The characters of its texts that XML cannot hold.
        run: Who makes the document, when, and from what.
    """
    # TEI P5 teiHeader: fileDesc stands first and revisionDesc last.
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
