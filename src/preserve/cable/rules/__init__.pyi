from .asides import find_asides as find_asides, find_mentions as find_mentions
from .classification import Authority as Authority, FoundBanner as FoundBanner, read_level as read_level
from .closing import Closing as Closing, read_closing as read_closing
from .head_fields import HeadFields as HeadFields
from .headings import find_heading as find_heading
from .insertions import (
    STRAY as STRAY,
    find_dateline as find_dateline,
    find_page_banners as find_page_banners,
    find_redactions as find_redactions,
    find_residue as find_residue,
    find_stray_captions as find_stray_captions,
)
from .labels import read_labels as read_labels
from .outline import (
    Outline as Outline,
    find_head_end as find_head_end,
    find_repeats as find_repeats,
    read_outline as read_outline,
)
from .paragraphs import FoundParagraph as FoundParagraph
from .routing_header import read_header as read_header
from .sections import read_repeated_tags as read_repeated_tags
from .tags import read_tags as read_tags, tag_words as tag_words
