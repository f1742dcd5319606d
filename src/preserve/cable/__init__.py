"""The cable: its record and the grammar of its text.

Scope: pure values and pure functions over text. Not in scope: files, XML, HTML, databases; this room knows none.
"""
