from .asides import read_asides as read_asides, read_mentions as read_mentions
from .classification import Authority as Authority, FoundBanner as FoundBanner, read_level as read_level
from .closing import Tail as Tail, read_tail as read_tail
from .head_fields import HeadFields as HeadFields
from .headings import heading_start as heading_start
from .insertions import (
    STRAY as STRAY,
    dateline as dateline,
    page_banners as page_banners,
    redactions as redactions,
    residue as residue,
    stray_captions as stray_captions,
)
from .labels import read_labels as read_labels
from .outline import Outline as Outline, head_end as head_end, outlined as outlined, repeats as repeats
from .paragraphs import FoundParagraph as FoundParagraph
from .routing_header import read_header as read_header
from .sections import repeated_tags as repeated_tags
from .tags import read_tags as read_tags, tag_words as tag_words
