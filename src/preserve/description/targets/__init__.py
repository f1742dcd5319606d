"""One module a format: from a description to the file that a target reads.

Scope: pure writers, each ``write(description) -> bytes``. Not in scope: validity (``checks``), the table of formats
(``formats``).
"""
