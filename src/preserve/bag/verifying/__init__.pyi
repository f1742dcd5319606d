from .checks import (
    CHECKS as CHECKS,
    check_payload_digests as check_payload_digests,
    check_tag_digests as check_tag_digests,
    fixity_finding as fixity_finding,
)
from .planned_bag import MEDIA_TYPES as MEDIA_TYPES, PlannedBag as PlannedBag
from .profile import Profile as Profile
from .trust import VouchedFiles as VouchedFiles, check_chain as check_chain, open_trusted as open_trusted
from .verification import verify as verify
