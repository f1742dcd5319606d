from .aad_text import AadTextReader as AadTextReader
from .cablebrowser import CablebrowserReader as CablebrowserReader
from .cables_csv import CablesCsvReader as CablesCsvReader
from .plain_text import PlainTextReader as PlainTextReader
from .plusd_html import PlusdHtmlReader as PlusdHtmlReader
from .wikileaks_html import WikileaksHtmlReader as WikileaksHtmlReader
