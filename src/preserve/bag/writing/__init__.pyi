from .publication import (
    algorithm_names as algorithm_names,
    check_free as check_free,
    payload_counts as payload_counts,
    publish as publish,
    publish_path as publish_path,
    published_names as published_names,
    write_index_beside as write_index_beside,
)
from .sinks import Sink as Sink, open_sink as open_sink
from .stage import Stage as Stage
from .writer import (
    StreamWriter as StreamWriter,
    lies_in as lies_in,
    prepare_ground as prepare_ground,
)
