from .checks import (
    CHECKS as CHECKS,
    check_payload_digests as check_payload_digests,
    check_tag_digests as check_tag_digests,
    fixity_findings as fixity_findings,
)
from .planned import MEDIA as MEDIA, PlannedBag as PlannedBag
from .profile import Profile as Profile
from .verification import verify as verify
