"""The command line: one module a verb, thin.

Scope: arguments, output streams, exit codes. Not in scope: the work (the rooms below) and the words (``report``).
"""
