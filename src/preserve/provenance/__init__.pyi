from .combine import (
    KeptBag as KeptBag,
    LaterEvent as LaterEvent,
    PremisEvent as PremisEvent,
    combine_premis as combine_premis,
    premis_events as premis_events,
)
from .crate_check import check_crate as check_crate
from .elements import PREMIS_NAMESPACE as PREMIS_NAMESPACE
from .history import ACCESS_WORDS as ACCESS_WORDS, copyright_status as copyright_status, provenance_of as provenance_of
from .model import (
    PAYLOAD as PAYLOAD,
    Agent as Agent,
    CableProvenance as CableProvenance,
    FileObject as FileObject,
    FileRole as FileRole,
    Validation as Validation,
    bag_uuid as bag_uuid,
    cable_uuid as cable_uuid,
    file_object as file_object,
    uuid_of as uuid_of,
)
from .premis import check_premis as check_premis, encode_premis as encode_premis
from .ro_crate import (
    CRATE_DESCRIPTOR as CRATE_DESCRIPTOR,
    CRATE_SPECIFICATION as CRATE_SPECIFICATION,
    CrateMember as CrateMember,
    encode_crate as encode_crate,
    make_crate as make_crate,
)
from .software import Software as Software, this_software as this_software
from .vocabulary import (
    AgentType as AgentType,
    CopyrightStatus as CopyrightStatus,
    EventType as EventType,
    Outcome as Outcome,
)
