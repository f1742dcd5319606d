from .flat import Flat as Flat, flatten as flatten, narrowed as narrowed
from .layout import Hole as Hole, Layout as Layout, merged as merged
from .page import Page as Page
