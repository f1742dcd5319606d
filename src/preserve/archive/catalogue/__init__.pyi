from .database import Condition as Condition
from .index import Catalogue as Catalogue, Order as Order
