from .encode import TEI_NAMESPACE as TEI_NAMESPACE, encode_tei as encode_tei
from .encoding_description import TEI_SCHEMA as TEI_SCHEMA
from .reading_text import render_text as render_text
from .validate import check_tei as check_tei
from .view import render_page as render_page
