from .batch import ingest as ingest, pack as pack
from .one_cable import (
    NormalizedCable as NormalizedCable,
    normalize_source as normalize_source,
    render_cable as render_cable,
)
from .outcome import Fate as Fate, ItemOutcome as ItemOutcome
