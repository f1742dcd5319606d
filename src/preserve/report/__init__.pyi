from . import (
    bags as bags,
    events as events,
    exported as exported,
    json_lines as json_lines,
    text as text,
    validated as validated,
)
from .words import AUDIT_WORDS as AUDIT_WORDS, DEPOSITED as DEPOSITED
