from .chain import LogPart as LogPart
from .documents import UnknownKindError as UnknownKindError
from .files import is_folder as is_folder, validate_file as validate_file, walk_documents as walk_documents
from .model import DocumentKind as DocumentKind, Located as Located, Validated as Validated
