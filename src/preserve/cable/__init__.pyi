from . import vocabulary as vocabulary
from .normalization import normalize as normalize
from .record.codec import (
    canonical_json as canonical_json,
    decode_record as decode_record,
    encode_record as encode_record,
    record_to_json as record_to_json,
)
from .record.identifier import is_identifier as is_identifier, parse_identifier as parse_identifier
from .record.record import (
    SCHEMA_VERSION as SCHEMA_VERSION,
    Access as Access,
    Article as Article,
    Basis as Basis,
    Cable as Cable,
    CaptureSource as CaptureSource,
    Classification as Classification,
    Completeness as Completeness,
    Created as Created,
    Header as Header,
    Mark as Mark,
    MarkKind as MarkKind,
    Origin as Origin,
    PageCapture as PageCapture,
    Paragraph as Paragraph,
    Recipient as Recipient,
    Redaction as Redaction,
    Reference as Reference,
    Release as Release,
    Rights as Rights,
    Row as Row,
    Segment as Segment,
    SegmentKind as SegmentKind,
    SourceContainer as SourceContainer,
    Span as Span,
    Transmission as Transmission,
)
from .record.schema import RECORD_SCHEMA as RECORD_SCHEMA, check_record as check_record
from .rules.banner import FoundBanner as FoundBanner, read_banner as read_banner
from .rules.created import find_dateline as find_dateline
from .rules.labels import read_labels as read_labels
from .rules.level import LEVELS as LEVELS, read_level as read_level
from .rules.redaction import find_redactions as find_redactions
from .rules.routing_header import opens_header as opens_header, read_header as read_header, split_header as split_header
from .rules.tags import tag_words as tag_words
from .text.flat import flatten as flatten
from .text.page import Page as Page
from .vocabulary import (
    MONTHS as MONTHS,
    canonical_station as canonical_station,
    organization_tags as organization_tags,
    program_tags as program_tags,
    stations as stations,
    subject_tags as subject_tags,
)
