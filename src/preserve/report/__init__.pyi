from . import (
    archive as archive,
    bags as bags,
    cables as cables,
    comparison as comparison,
    documents as documents,
    export as export,
    words as words,
)
