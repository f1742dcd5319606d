from .fixity import (
    Altered as Altered,
    Fixity as Fixity,
    Intact as Intact,
    Unreadable as Unreadable,
    UnreadableFileError as UnreadableFileError,
    check_fixities as check_fixities,
    check_fixity as check_fixity,
    compare_digests as compare_digests,
    read_as_listed as read_as_listed,
)
from .indexing import check_index as check_index, check_plain_tar as check_plain_tar, make_index as make_index
from .manifests import (
    PAYLOAD as PAYLOAD,
    Claims as Claims,
    Manifest as Manifest,
    match_claims as match_claims,
    normal_form as normal_form,
    read_plain_manifest as read_plain_manifest,
)
from .member_index import (
    INDEX_SUFFIX as INDEX_SUFFIX,
    IndexedMember as IndexedMember,
    MemberIndex as MemberIndex,
    index_path as index_path,
)
from .scan import ScannedBag as ScannedBag, scan_bag as scan_bag
from .selection import (
    files_by_index as files_by_index,
    listing_stops as listing_stops,
    payload_names as payload_names,
    read_in_order as read_in_order,
    select_paths as select_paths,
)
from .summary import require_bag as require_bag
from .tagfiles import (
    DECLARATION as DECLARATION,
    encode_path as encode_path,
    read_info_fields as read_info_fields,
    read_lines as read_lines,
    read_plain_info as read_plain_info,
)
