from __future__ import annotations

import pytest
from tests.cable.making import HEAD, read

from preserve.cable.rules.classified_by import find_classifiers
from preserve.cable.text.flat import flatten


@pytest.mark.parametrize(
    ("text", "classifier"),
    [
        (" DCM Miriam Kestrel, reasons 1.4 (B)", "DCM Miriam Kestrel"),
        (": Economic Counselor Jonas Wray for reasons 1.4 (b)", "Economic Counselor Jonas Wray"),
        (" Bodde Orlow, Ambassador; REASON: 1.4(B)", "Bodde Orlow, Ambassador"),
        (" Classified by: CDA Orlow. Reason 1.4 (b)", "CDA Orlow"),
        (" A/DCM Orlow for E.O. 12958 reasons 1.4 (b)", "A/DCM Orlow"),
        (" DCM Orlow 1.4 (b)", "DCM Orlow"),
        (" SECTION 1.5 (B)", None),
        (" , reasons 1.4 (b)", None),
    ],
)
def test_classifier(text: str, classifier: str | None) -> None:
    flat = flatten(text)
    found = [flat.text[slice(*place)] for place in find_classifiers(flat, 0, len(flat))]
    assert found == ([] if classifier is None else [classifier])


def test_a_first_paragraph_may_name_the_classifier() -> None:
    understood = read(HEAD + "1. (U) CLASSIFIED BY CDA JONAS WRAY; REASON 1.5 (D).\n\n2. (C) All was calm.")
    assert understood.classified_by == ("CDA JONAS WRAY",)
    assert understood.reasons == ("1.5(d)",)
    assert [each.number for each in understood.paragraphs] == [1, 2]
