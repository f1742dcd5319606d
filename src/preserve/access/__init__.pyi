from .dissemination import take_out as take_out
from .export import (
    BagSelection as BagSelection,
    Exported as Exported,
    HeldCable as HeldCable,
    describe_stored as describe_stored,
    export_all as export_all,
    metadata_path as metadata_path,
    open_new_file as open_new_file,
    read_cables as read_cables,
)
from .lifetime import BagEvent as BagEvent, trace_lifetime as trace_lifetime
from .selection import describe_public as describe_public, newest_bags as newest_bags, select_bag as select_bag
