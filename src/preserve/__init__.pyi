from .archive.model import StoredBag as StoredBag
from .archive.store import Store as Store
from .audit import AuditResult as AuditResult
from .bag.copying.extract import Extracted as Extracted
from .bag.model import BagReport as BagReport, WrittenBag as WrittenBag
from .cable.record.record import Cable as Cable
from .clock import Clock as Clock
from .deposit.model import Depositor as Depositor
from .errors import (
    ArchiveError as ArchiveError,
    BagError as BagError,
    ComparisonError as ComparisonError,
    DepositError as DepositError,
    LogError as LogError,
    NotACableError as NotACableError,
    PreserveError as PreserveError,
    RecordError as RecordError,
    SourceError as SourceError,
    UnreadableBagError as UnreadableBagError,
    UsageError as UsageError,
)
from .findings import Finding as Finding
from .ingest.outcome import ItemOutcome as ItemOutcome
from .library import (
    OpenArchive as OpenArchive,
    extract as extract,
    from_record as from_record,
    make_bag as make_bag,
    open_archive as open_archive,
    pack as pack,
    read as read,
    read_all as read_all,
    to_html as to_html,
    to_record as to_record,
    to_tei as to_tei,
    verify as verify,
)
from .readers.reader import Reader as Reader
from .settings import Settings as Settings, SettingsError as SettingsError, load_settings as load_settings

__version__: str
