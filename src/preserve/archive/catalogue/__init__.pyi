from .database import Condition as Condition
from .index import Catalogue as Catalogue, Order as Order
from .rows import LoggedLine as LoggedLine
