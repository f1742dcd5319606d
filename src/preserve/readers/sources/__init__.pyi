from .archives import CHOOSE_ROWS as CHOOSE_ROWS
from .walk import (
    count_sources as count_sources,
    load_source as load_source,
    walk_rows as walk_rows,
    walk_sources as walk_sources,
)
