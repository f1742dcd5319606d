from .cables import compare_cables as compare_cables
from .corpus import compare_folders as compare_folders
from .model import (
    CableOutcome as CableOutcome,
    ChangeKind as ChangeKind,
    Comparison as Comparison,
    CorpusLine as CorpusLine,
    FieldChange as FieldChange,
    TextPlace as TextPlace,
    WordChange as WordChange,
)
from .operands import BagSource as BagSource, Ref as Ref, find_operand as find_operand, read_operand as read_operand
