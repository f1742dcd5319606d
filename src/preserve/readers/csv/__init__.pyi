from .index import (
    BROKEN_ROW as BROKEN_ROW,
    count_rows as count_rows,
    is_cables_csv as is_cables_csv,
    load_row as load_row,
    row_name as row_name,
    rows_by_index as rows_by_index,
)
from .rows import (
    COLUMNS as COLUMNS,
    Extent as Extent,
    Fields as Fields,
    Flaw as Flaw,
    RowRange as RowRange,
    begins_row as begins_row,
    cut_rows as cut_rows,
    fields_of as fields_of,
    find_rows as find_rows,
    flaw_of as flaw_of,
    holds_several_rows as holds_several_rows,
)
