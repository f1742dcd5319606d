from .checks import (
    CHECKS as CHECKS,
    check_payload_digests as check_payload_digests,
    check_tag_digests as check_tag_digests,
    fixity_findings as fixity_findings,
)
from .planned_bag import MEDIA_TYPES as MEDIA_TYPES, PlannedBag as PlannedBag
from .profile import Profile as Profile
from .verification import verify as verify
