from .csv.rows import RowRange as RowRange
from .reader import (
    GROUP as GROUP,
    Excuse as Excuse,
    Reader as Reader,
    SourceItem as SourceItem,
    SourceRef as SourceRef,
    read_page as read_page,
    registered_readers as registered_readers,
)
from .source_bytes import LARGEST_SOURCE as LARGEST_SOURCE
from .sources.archives import CHOOSE_ROWS as CHOOSE_ROWS
from .sources.walk import (
    count_sources as count_sources,
    load_source as load_source,
    walk_rows as walk_rows,
    walk_sources as walk_sources,
)
