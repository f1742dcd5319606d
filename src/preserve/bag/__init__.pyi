from .containers.container import Container as Container
from .containers.entry import Entry as Entry, EntryKind as EntryKind, printable as printable
from .containers.nesting import find_bag_inside as find_bag_inside
from .containers.opening import open_container as open_container
from .copying.convert import Conversion as Conversion, Converted as Converted, convert_bag as convert_bag
from .copying.extract import Extracted as Extracted, extract_bag as extract_bag, extract_indexed as extract_indexed
from .copying.gather import Hidden as Hidden, Links as Links
from .copying.make import Made as Made, Recipe as Recipe, make_bag as make_bag
from .model import (
    BagPath as BagPath,
    BagReport as BagReport,
    Depth as Depth,
    Form as Form,
    NewBag as NewBag,
    Payload as Payload,
    PayloadFile as PayloadFile,
    Verdict as Verdict,
    WrittenBag as WrittenBag,
    is_bag_name as is_bag_name,
)
from .reading.member_index import (
    INDEX_SUFFIX as INDEX_SUFFIX,
    MemberIndex as MemberIndex,
    index_path as index_path,
    read_index as read_index,
)
from .reading.scan import ScannedBag as ScannedBag
from .reading.summary import (
    BagSummary as BagSummary,
    ListedFile as ListedFile,
    list_files as list_files,
    summarize_bag as summarize_bag,
)
from .reading.tagfiles import parse_info as parse_info
from .verifying.partial import (
    PartialReport as PartialReport,
    PartialVerdict as PartialVerdict,
    verify_some as verify_some,
)
from .verifying.profile import KNOWN_PROFILES as KNOWN_PROFILES, Profile as Profile, ProfileError as ProfileError
from .verifying.second_opinion import ask_bagit as ask_bagit
from .verifying.trust import TrustedBag as TrustedBag, open_trusted as open_trusted
from .verifying.verification import verdict_of as verdict_of, verify as verify, verify_stream as verify_stream
from .writing.index import check_indexable as check_indexable, write_index as write_index
from .writing.new_bag import stage_bag as stage_bag
from .writing.publication import publish as publish
from .writing.stage import Stage as Stage, sweep_stages as sweep_stages
