"""A TEI document as a page for people: one file of HTML 5, without scripts, which asks nothing of any network.

What the page looks like is said in ``cable.xsl`` and ``cable.css``. The text of the cable stands in it character for
character, white space aside; a test holds that. The bytes are hostile: the parser resolves no entity, the style sheet
may read and write nothing, and no address of the document becomes a link that runs.
"""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files

from lxml import etree

from preserve.contracts import xml_parser
from preserve.errors import RecordError
from preserve.tei.encode import TEI_NAMESPACE

__all__ = ["render_page"]

_DOCTYPE = "<!DOCTYPE html>"


def render_page(tei: bytes) -> bytes:
    """Return a TEI document of a cable as an HTML page: UTF-8, the same bytes for the same document.

    Args:
        tei: The document as :func:`preserve.tei.encode.encode_tei` makes it.

    Raises:
        RecordError: The bytes are not a TEI document of a cable.
    """
    transform = _transform()
    try:
        root = etree.fromstring(tei, xml_parser())
        if root.getroottree().docinfo.internalDTD is not None:
            raise RecordError("not a TEI document that is shown: it has a document type declaration")
        if root.tag != f"{{{TEI_NAMESPACE}}}TEI" or root.find(f".//{{{TEI_NAMESPACE}}}div[@type='document']") is None:
            raise RecordError("not a TEI document of a cable: no div of type document in an element TEI")
        made = transform(root, css=etree.XSLT.strparam(_shipped("cable.css").decode("utf-8")))
    except (etree.XMLSyntaxError, etree.XSLTApplyError, ValueError) as error:
        raise RecordError(f"not a TEI document that can be shown: {error}") from error
    written: bytes = etree.tostring(made.getroot(), method="html", encoding="utf-8", doctype=_DOCTYPE)
    return written + b"\n"


@lru_cache(maxsize=2)
def _shipped(name: str) -> bytes:
    return (files("preserve.tei") / name).read_bytes()


@lru_cache(maxsize=1)
def _transform() -> etree.XSLT:
    # The style sheet is ours, but document() in it would take an address out of the hostile document.
    nothing = etree.XSLTAccessControl.DENY_ALL  # type: ignore[attr-defined]  # the stubs lack it
    return etree.XSLT(etree.fromstring(_shipped("cable.xsl")), access_control=nothing)
