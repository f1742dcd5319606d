from .container import Container as Container, Listing as Listing
from .entry import Entry as Entry, EntryKind as EntryKind, is_system_file as is_system_file, printable as printable
from .entry_table import (
    DigestTable as DigestTable,
    EntryTable as EntryTable,
    new_digests as new_digests,
    new_path_set as new_path_set,
    split_files as split_files,
)
from .folder import READ_FLAGS as READ_FLAGS, base_name as base_name
from .nesting import find_bag_inside as find_bag_inside
from .opening import open_container as open_container, open_stream as open_stream
