from .flat import Flat as Flat, flatten as flatten, narrow as narrow
from .layout import Hole as Hole, Layout as Layout, merge_holes as merge_holes
from .page import Page as Page
