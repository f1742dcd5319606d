from .entry import Entry as Entry, EntryKind as EntryKind, is_system_file as is_system_file, printable as printable
from .folder import READ as READ, base_name as base_name
from .listing import MAX_ENTRIES as MAX_ENTRIES, Container as Container, Listing as Listing
from .nesting import find_bag_inside as find_bag_inside
from .opening import open_container as open_container, open_stream as open_stream
from .table import (
    MANY as MANY,
    Digests as Digests,
    Table as Table,
    new_digests as new_digests,
    new_marks as new_marks,
    split_files as split_files,
)
