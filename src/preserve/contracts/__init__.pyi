from .conformance import json_pointer as json_pointer, violations as violations
from .contract import (
    Contract as Contract,
    contract_bytes as contract_bytes,
    contract_names as contract_names,
    contracts as contracts,
    find_contract as find_contract,
    format_specification as format_specification,
    json_schema as json_schema,
)
from .untrusted_xml import find_crowded as find_crowded, xml_parser as xml_parser
