from .publication import (
    check_free as check_free,
    publication_names as publication_names,
    publish as publish,
    publish_path as publish_path,
)
from .sinks import Sink as Sink, open_sink as open_sink
from .stage import Stage as Stage, lies_in as lies_in
from .tagfiles import format_info as format_info, payload_counts as payload_counts, sort_info as sort_info
from .writer import BagWriter as BagWriter, manifest_algorithms as manifest_algorithms, open_writer as open_writer
