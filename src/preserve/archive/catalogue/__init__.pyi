from .index import Catalogue as Catalogue, Condition as Condition, Order as Order
