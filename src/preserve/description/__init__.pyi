from .cmif import CorrespondenceIndex as CorrespondenceIndex, Licence as Licence, write_cmif as write_cmif
from .describe import describe_cable as describe_cable
from .formats import (
    FORMATS as FORMATS,
    MetadataFile as MetadataFile,
    MetadataFormat as MetadataFormat,
    RenderedMetadata as RenderedMetadata,
    find_format as find_format,
    render_metadata as render_metadata,
)
from .model import BagFacts as BagFacts, BagFile as BagFile, Description as Description, Holder as Holder
from .text import format_day as format_day, one_line as one_line, web_address as web_address
