from .model import (
    DEPOSITORS_GROUP as DEPOSITORS_GROUP,
    Depositor as Depositor,
    DigestStatement as DigestStatement,
    Level as Level,
    Parcel as Parcel,
    Receipt as Receipt,
    State as State,
)
from .targets import depositor_for as depositor_for, depositor_names as depositor_names
from .transfer import deposit as deposit
