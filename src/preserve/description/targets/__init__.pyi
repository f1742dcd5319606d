from . import (
    archivematica as archivematica,
    datacite as datacite,
    dataverse as dataverse,
    dspace as dspace,
    dublin_core as dublin_core,
    invenio as invenio,
    mods as mods,
    schema_org as schema_org,
)
from .archivematica import RIGHTS_COLUMNS as RIGHTS_COLUMNS
from .dataverse import FIELDS as FIELDS
from .mods import VERSION as VERSION
