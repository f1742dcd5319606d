"""Reports: outcomes in the words of people and in those of programs.

Scope: pure functions from outcomes to text and to JSON objects (``schemas/outcome-1.0.0.schema.json``). Not in scope:
printing; ``cli`` does that.
"""
