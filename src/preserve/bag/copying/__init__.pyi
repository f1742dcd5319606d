from .convert import Conversion as Conversion, Converted as Converted, convert_bag as convert_bag
from .extract import Extracted as Extracted, extract_bag as extract_bag, extract_indexed as extract_indexed
from .gather import Hidden as Hidden, Links as Links
from .make import Made as Made, Recipe as Recipe, make_bag as make_bag
