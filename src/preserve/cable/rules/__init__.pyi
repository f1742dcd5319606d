from .asides import find_asides as find_asides
from .attention import find_attention as find_attention
from .authority import Authority as Authority, read_authority as read_authority
from .banner import FoundBanner as FoundBanner, read_banner as read_banner
from .captions import find_captions as find_captions
from .classified_by import (
    find_classifiers as find_classifiers,
    find_label_in_text as find_label_in_text,
    rejoin_name as rejoin_name,
)
from .closing import Closing as Closing, read_closing as read_closing
from .created import find_dateline as find_dateline, read_created as read_created
from .headings import find_heading as find_heading, read_title as read_title
from .labels import Label as Label, find_value_end as find_value_end, read_labels as read_labels
from .level import read_level as read_level
from .origin import read_origin as read_origin
from .page_banners import find_page_banners as find_page_banners
from .paragraphs import FoundParagraph as FoundParagraph, read_paragraphs as read_paragraphs
from .reasons import read_reasons as read_reasons
from .redaction import (
    find_redactions as find_redactions,
    read_redaction as read_redaction,
    says_redacted as says_redacted,
)
from .reference_mentions import find_mentions as find_mentions
from .references import read_references as read_references
from .repeated_heads import (
    find_later_sections as find_later_sections,
    find_repeated_heads as find_repeated_heads,
    read_repeated_tags as read_repeated_tags,
)
from .residue import find_residue as find_residue
from .routing_header import opens_header as opens_header, read_header as read_header
from .stray_captions import STRAY as STRAY, find_stray_captions as find_stray_captions
from .subject import (
    closed_subject_end as closed_subject_end,
    open_subject_end as open_subject_end,
    read_subject as read_subject,
)
from .tags import read_tags as read_tags, tag_words as tag_words
