from .cable_entry import CableEntry as CableEntry
from .catalogue.index import Order as Order
from .events import (
    GENESIS as GENESIS,
    EventOutcome as EventOutcome,
    LogEvent as LogEvent,
    LoggedEvent as LoggedEvent,
    Position as Position,
)
from .founding import MissingArchiveError as MissingArchiveError
from .ingestion import stored_bag as stored_bag
from .inventory import MissingBag as MissingBag, UnknownBag as UnknownBag
from .layout import MARKER_PREFIX as MARKER_PREFIX, Location as Location
from .model import (
    Arrival as Arrival,
    Incoming as Incoming,
    StoredBag as StoredBag,
    StoreOutcome as StoreOutcome,
    UnknownBagError as UnknownBagError,
    describe_absence as describe_absence,
)
from .opening import initialise as initialise, open_archive as open_archive, rebuild_catalogue as rebuild_catalogue
from .store import StrayEntry as StrayEntry
from .vault import Archive as Archive, LogReport as LogReport, Rebuilt as Rebuilt
