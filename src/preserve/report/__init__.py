"""Reports: every outcome of a verb in words for people, and as a JSON line for programs.

Each verb has two functions: ``verify_text`` for people and ``verify_line`` for programs, and a line is of the shape
that the schema ``outcome`` has under that name. They are pure: they take what a room returned and return text or a
dictionary, and ``cli`` prints it. A text of several lines is a list of them, so that a line feed in a name or a text is
never one of ours; ``cli`` shows it as an escape. A report holds no clock and no colour.
A module for the verbs on bags loads nothing of archives and cables.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
