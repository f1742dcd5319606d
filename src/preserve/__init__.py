"""preserve: a digital-preservation packager for diplomatic cables.

Scope: reads captured cables, normalizes them into records and TEI, bundles them with their provenance into BagIt
bags, keeps and verifies the bags, and deposits them. Not in scope: publishing, un-redacting, indexing persons.
"""

__version__ = "0.1.0"
