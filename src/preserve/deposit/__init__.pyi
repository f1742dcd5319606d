from .model import (
    GROUP as GROUP,
    Depositor as Depositor,
    DigestStatement as DigestStatement,
    Level as Level,
    Parcel as Parcel,
    Receipt as Receipt,
    State as State,
)
from .run import deposit as deposit
from .targets import depositor_for as depositor_for, registered as registered
