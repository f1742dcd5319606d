"""What changed between two sources of one cable: each kind, its place, and what is never said."""

from __future__ import annotations

import tarfile
from collections.abc import Sequence
from dataclasses import fields, is_dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from tests.bag.making import write_bag
from tests.twins import BODY, HEADER, cable, page_text

from preserve.bag.model import BagPath, NewBag, PayloadFile
from preserve.cable.record import Cable, Release, codec
from preserve.compare import corpus
from preserve.compare.cables import compare_cables
from preserve.compare.corpus import compare_folders
from preserve.compare.model import CableOutcome, Change, ChangeKind, Comparison, CorpusLine, FieldChange, TextPlace
from preserve.compare.operands import BagSource, find_operand, is_bag, read_operand, walk_folder
from preserve.compare.texts import same_words
from preserve.compare.typography import PLAIN
from preserve.errors import BagError, ComparisonError, ExitCode, PreserveError, SourceError

PAGES = Path(__file__).parents[1] / "fixtures/cablebrowser"
OLD = cable()


def _with(old: str, new: str, body: str = BODY) -> Cable:
    assert old in body
    return cable(body.replace(old, new, 1))


def _kinds(new: Cable, old: Cable = OLD) -> list[ChangeKind]:
    return list(compare_cables(old, new).kinds)


class TestKinds:
    def test_the_same_bytes_are_equal(self) -> None:
        assert compare_cables(OLD, OLD) == Comparison(identifier="05STRELSAU112", kinds=())

    def test_other_bytes_of_the_page_are_chrome(self) -> None:
        assert _kinds(cable(data="another banner of the site")) == [ChangeKind.CHROME]

    @pytest.mark.parametrize(
        "new",
        [
            " ".join(BODY.split()),
            BODY + "\n\n",
            "\n" + BODY,
            BODY.replace("the bridge", "the\u00a0bridge"),
            BODY.replace("END COMMENT.", "END \r\nCOMMENT."),
            BODY.replace("believe", "be lieve"),
        ],
    )
    def test_white_space(self, new: str) -> None:
        assert _kinds(cable(new)) == [ChangeKind.WHITESPACE]

    def test_white_space_is_counted_by_place(self) -> None:
        assert compare_cables(OLD, _with("the bridge of\nZenda", "the  bridge  of Zenda")).whitespace == 3

    def test_a_dateline_comes_goes_and_changes(self) -> None:
        line = "Tuesday, 22 February 2005, 16:40\n"
        dated, other = cable(line + BODY), cable(line.replace("16", "17") + BODY)
        results = [compare_cables(OLD, dated), compare_cables(dated, OLD), compare_cables(dated, other)]
        assert [each.kinds for each in results] == [(ChangeKind.DATELINE,)] * 3
        assert [each.dateline for each in results] == [Change.ADDED, Change.REMOVED, Change.CHANGED]

    def test_a_dateline_does_not_move_the_places_behind_it(self) -> None:
        line = "Tuesday, 22 February 2005, 16:40\n\n"
        (change,) = compare_cables(OLD, cable(line + BODY.replace("winter", "long winter"))).words
        assert change.new is not None
        assert (line + BODY.replace("winter", "long winter"))[change.new.start : change.new.end] == "long"

    @pytest.mark.parametrize(
        ("old", "new"),
        [
            ("TAGS: PGOV, PREL, RZ", "TAGS PGOV PREL RZ"),
            ("E.O. 12958:", "EO 12958"),
            ('"rebuilt"', "“rebuilt”"),
            ('"rebuilt"', "&quot;rebuilt&quot;"),
            ('"rebuilt"', "\x93rebuilt\x94"),
            ("1. (C) SUMMARY", "¶1. (C) SUMMARY"),
            ("Poloff", "Pol-off"),
            ("Poloff", "Pol\u00adoff"),
            ("again.", "again…"),
            ("Kurt Vogel", "Kurt Vogel\u200b"),
        ],
    )
    def test_typography(self, old: str, new: str) -> None:
        assert _kinds(_with(old, new)) == [ChangeKind.TYPOGRAPHY]

    @pytest.mark.parametrize(
        ("old", "new"),
        [
            ("before the winter", "after the winter"),
            ("certain.", "certain?"),
            ("(C) COMMENT", "(S) COMMENT"),
            ("(C) COMMENT", "C COMMENT"),
            ("Zenda would", "ZENDA would"),
            ("merchant", "mérchant"),
            ("the stone", "1.5 tons"),
        ],
    )
    def test_substance(self, old: str, new: str) -> None:
        assert _kinds(_with(old, new)) == [ChangeKind.SUBSTANCE]

    @pytest.mark.parametrize(("old", "new"), [("1.5", "15"), ("1.5", "1 5"), ("1 5", "15"), ("-5", "5"), ("5-6", "56")])
    def test_signs_of_numbers_are_no_typography(self, old: str, new: str) -> None:
        before = BODY.replace("the stone", f"the {old} stones")
        assert _kinds(_with(f"the {old} stones", f"the {new} stones", before), cable(before)) == [ChangeKind.SUBSTANCE]

    def test_metadata(self) -> None:
        result = compare_cables(OLD, cable(created="2005-02-22 16:41:00"))
        assert result.kinds == (ChangeKind.METADATA,)
        assert result.fields == (
            FieldChange(
                field="created",
                stated=True,
                change=Change.CHANGED,
                old="2005-02-22T16:40:00",
                new="2005-02-22T16:41:00",
            ),
        )

    def test_a_lost_routing_header_is_words_of_the_header(self) -> None:
        (change,) = compare_cables(cable(header=HEADER), OLD).words
        assert change.old is not None
        assert (change.old.text, change.old.start, change.old.end) == ("header", 0, len(HEADER))
        assert change.added == 0

    def test_where_header_and_body_part_is_no_change(self) -> None:
        assert _kinds(cable(f"{HEADER}\n{BODY}"), cable(header=HEADER)) == [ChangeKind.CHROME]

    def test_several_kinds_come_lightest_first(self) -> None:
        body = BODY.replace("Kurt Vogel", "XXXXXXXXXXXX").replace("certain", "sure").replace('"rebuilt"', "“rebuilt”")
        new = cable(body.replace("winter. End", "winter.  End"), created="2005-02-23 16:40:00")
        assert _kinds(new) == [
            ChangeKind.WHITESPACE,
            ChangeKind.TYPOGRAPHY,
            ChangeKind.METADATA,
            ChangeKind.REDACTION,
            ChangeKind.SUBSTANCE,
        ]

    def test_different_cables_are_not_compared(self) -> None:
        with pytest.raises(ComparisonError, match="05STRELSAU112 and 05ZENDA3") as caught:
            compare_cables(OLD, cable(identifier="05ZENDA3"))
        assert caught.value.exit_code is ExitCode.INVALID


class TestPlaces:
    def test_changed_words_have_place_paragraph_and_counts(self) -> None:
        new = BODY.replace("for the stone, for", "for all of the marble and for")
        result = compare_cables(OLD, cable(new))
        assert [(each.removed, each.added) for each in result.words] == [(0, 2), (1, 2)]
        assert {each.new.paragraph for each in result.words if each.new} == {2}
        shown = [new[each.new.start : each.new.end] for each in result.words if each.new]
        assert shown == ["all of", "marble and"]

    @pytest.mark.parametrize(
        "shown", ["XXXXXXXXXXXX", "xxxxxx", "[XXXXXXXX REMOVED]", "[NAME REMOVED]", "[Name\nremoved]"]
    )
    def test_an_added_redaction_has_its_own_place_and_no_other(self, shown: str) -> None:
        new = BODY.replace("Kurt Vogel", shown)
        result = compare_cables(OLD, cable(new))
        at = new.index(shown)
        assert result.kinds == (ChangeKind.REDACTION,)
        (change,) = result.redactions
        assert (change.change, change.old) == (Change.ADDED, None)
        assert change.new == TextPlace(text="body", start=at, end=at + len(shown), paragraph=2)
        assert result.words == ()

    def test_a_redaction_of_another_length_is_changed(self) -> None:
        old, new = _with("Kurt Vogel", "XXXXXXXXXXXX"), _with("Kurt Vogel", "[NAME REMOVED]")
        (change,) = compare_cables(old, new).redactions
        assert change.change is Change.CHANGED
        assert change.old is not None
        assert change.new is not None
        assert (change.old.start, change.old.end - change.old.start) == (change.new.start, 12)

    def test_every_name_of_a_list_is_a_redaction_and_the_words_between_them_are_none(self) -> None:
        old = BODY.replace("Kurt Vogel", "to Bob to Ann to Cy")
        result = compare_cables(
            cable(old), cable(old.replace("Bob", "XXXX").replace("Ann", "XXXX").replace("Cy", "XXXX"))
        )
        assert result.kinds == (ChangeKind.REDACTION,)
        assert len(result.redactions) == 3

    def test_words_written_beside_a_redaction_are_counted_and_the_hidden_ones_are_not(self) -> None:
        result = compare_cables(OLD, _with("Kurt Vogel, said that", "XXXXXXXXXXXX of good repute, claimed"))
        assert result.kinds == (ChangeKind.REDACTION, ChangeKind.SUBSTANCE)
        (change,) = result.words
        assert (change.old, change.removed, change.added) == (None, None, 4)

    def test_words_changed_around_a_redaction_that_both_have_leave_it_alone(self) -> None:
        body = BODY.replace("Kurt Vogel, said", "XXXXXXXXXXXX said")
        result = compare_cables(cable(body), _with("town, XXXXXXXXXXXX said", "county, XXXXXXXXXXXX claimed", body))
        assert result.kinds == (ChangeKind.SUBSTANCE,)
        assert [(each.removed, each.added) for each in result.words] == [(1, 1), (1, 1)]


def _field(result: Comparison, name: str) -> FieldChange:
    (change,) = [each for each in result.fields if each.field == name]
    return change


RELEASE = Release(text="x", name="cablebrowser-2", date="2011-10-04")


class TestFields:
    @pytest.mark.parametrize(
        ("name", "old", "new"),
        [
            ("classification", {"classification": "SECRET//NOFORN"}, {"classification": "SECRET"}),
            ("release", {"release": RELEASE}, {"release": replace(RELEASE, date="2011-10-05")}),
            ("released", {"released": "2010-12-05 12:12"}, {"released": "2010-12-05 12:13"}),
            ("origin", {"origin": "Embassy Zenda"}, {"origin": "Consulate Zenda"}),
            ("page_tags", {"tags": "PGOV PREL"}, {"tags": "PGOV PARM"}),
        ],
    )
    def test_what_the_page_states_is_metadata_with_its_values(self, name: str, old: Any, new: Any) -> None:
        result = compare_cables(cable(**old), cable(**new))
        assert result.kinds == (ChangeKind.METADATA,)
        change = _field(result, name)
        assert change.stated
        assert change.old
        assert change.new

    def test_where_a_release_was_found_is_not_of_the_cable(self) -> None:
        old, new = (cable(release=replace(RELEASE, basis="path", name=name)) for name in ("a-1", "a-2"))
        assert compare_cables(old, new).kinds == (ChangeKind.CHROME,)

    @pytest.mark.parametrize(
        ("name", "old", "new", "values"),
        [
            ("subject", "BRIDGE OF ZENDA", "ROAD", ("THE KING AND THE BRIDGE OF ZENDA", "THE KING AND THE ROAD")),
            ("references", "STRELSAU 98", "STRELSAU 99", ("05STRELSAU98", "05STRELSAU99")),
            ("tags", "PGOV, PREL, RZ", "PGOV, PARM, RZ", ("PREL", "PARM")),
            ("reasons", "1.4 (b) and (d)", "1.4 (b) and (c)", ("1.4(d)", "1.4(c)")),
            ("classified_by", "Jonas Wray", "Jonas Rye", (None, None)),
            ("signed_by", "ORMSBY", "ORMSLEY", (None, None)),
        ],
    )  # fmt: skip
    def test_what_is_read_in_the_text_is_told_beside_its_kind(
        self, name: str, old: str, new: str, values: tuple[str | None, str | None]
    ) -> None:
        result = compare_cables(OLD, _with(old, new))
        change = _field(result, name)
        assert result.kinds == (ChangeKind.SUBSTANCE,)
        assert not change.stated
        assert (change.old, change.new) == values

    def test_a_field_in_other_characters_is_the_same(self) -> None:
        assert compare_cables(OLD, _with("KING AND", "“KING” AND")).fields == ()

    @pytest.mark.parametrize(
        ("name", "hidden"),
        [("subject", "BRIDGE"), ("classified_by", "Jonas Wray"), ("attention", "HALLAM")],
    )
    def test_a_field_that_one_side_redacts_has_no_value(self, name: str, hidden: str) -> None:
        for old, new, side in ((OLD, _with(hidden, "XXXXXXXXXXXX"), "new"), (_with(hidden, "XXXXXX"), OLD, "old")):
            change = _field(compare_cables(old, new), name)
            assert (change.old, change.new, change.redacted) == (None, None, side)

    def test_a_redaction_elsewhere_keeps_the_values_of_the_text_back(self) -> None:
        new = _with("STRELSAU 98", "STRELSAU 99", BODY.replace("Kurt Vogel", "XXXXXXXXXXXX"))
        assert _field(compare_cables(OLD, new), "references").old is None
        both = cable(BODY.replace("Kurt Vogel", "XXXXXXXXXXXX"))
        assert _field(compare_cables(both, new), "references").old == "05STRELSAU98"
        free = _with("BRIDGE OF ZENDA", "ROAD", BODY.replace("Kurt Vogel", "XXXXXXXXXXXX"))
        assert _field(compare_cables(both, free), "subject").old is None

    @pytest.mark.parametrize("veil", ["█████", "(b)(6)", "[...]", "[text deleted by the press]", "***", "____"])
    def test_what_may_be_a_redaction_keeps_them_back_too(self, veil: str) -> None:
        change = _field(compare_cables(OLD, _with("BRIDGE OF ZENDA", veil)), "subject")
        assert (change.old, change.new) == (None, None)
        assert _field(compare_cables(OLD, _with("STRELSAU 98", veil)), "references").old is None

    def test_a_redaction_in_the_table_of_the_page_keeps_all_back(self) -> None:
        result = compare_cables(cable(tags="PGOV PREL"), cable(tags="PGOV XXXXX", created="2005-02-23 16:40:00"))
        assert [(each.old, each.new) for each in result.fields] == [(None, None)] * len(result.fields)
        assert _field(result, "page_tags").redacted == "new"

    def test_what_only_one_side_states_has_no_value(self) -> None:
        change = _field(compare_cables(OLD, cable(created="")), "created")
        assert (change.change, change.old, change.new) == (Change.REMOVED, None, None)

    def test_a_value_without_the_form_of_its_field_is_not_shown(self) -> None:
        change = _field(compare_cables(OLD, cable(classification="VERY PRIVATE")), "classification")
        assert (change.change, change.old, change.new) == (Change.CHANGED, None, None)


def _strings(value: object) -> list[str]:
    """Every string that a result holds, at any depth."""
    if isinstance(value, str):
        return [value]
    if is_dataclass(value):
        return [each for field in fields(value) for each in _strings(getattr(value, field.name))]
    return [each for item in value for each in _strings(item)] if isinstance(value, tuple) else []


def test_a_result_holds_no_text_of_the_cable_but_values_of_fields() -> None:
    result = compare_cables(OLD, cable(" ".join(f"word{at}" for at in range(200))))
    assert result.words
    words = {name for kind in (ChangeKind, Change) for name in kind} | {"body", "header", "05STRELSAU112"}
    assert set(_strings(replace(result, fields=()))) <= words


class TestTypography:
    def test_no_character_of_the_table_is_a_letter_a_digit_or_white_space(self) -> None:
        assert not [each for each in PLAIN if each.isspace() or (each.isalnum() and each != "ʼ")]

    def test_a_long_run_of_combining_marks_is_not_put_into_normal_form(self, monkeypatch: pytest.MonkeyPatch) -> None:
        asked: list[int] = []

        def normalize(form: str, text: str) -> str:
            asked.append(len(text))
            return text

        monkeypatch.setattr("preserve.compare.texts.unicodedata.normalize", normalize)
        assert not same_words("a" + "\u0301\u0316" * 50_000, "a" + "\u0316\u0301" * 50_000)
        assert max(asked, default=0) <= 400


@pytest.mark.parametrize("pattern", ["a ", "XXXX ", "XXXX", "[NAME REMOVED] ", "' ", "- 1", "&#8217;", "é", "\u0301"])
def test_a_large_text_is_compared_to_its_end(pattern: str) -> None:
    # Records are made of small bodies and then given large ones: the grammar has tests of its own.
    old, new = (
        replace(OLD, body=replace(OLD.body, text=start + pattern * (500_000 // len(pattern)) + end))
        for start, end in (("begin ", " end"), ("start ", " stop"))
    )
    assert ChangeKind.SUBSTANCE in compare_cables(old, new).kinds


# --- sides ---


def _bag(folder: Path, page: bytes, name: str = "05STRELSAU112", **files: bytes) -> Path:
    (folder / "in").mkdir(parents=True, exist_ok=True)
    (folder / "in/page.txt").write_bytes(page)
    record = codec.encode_record(read_operand(find_operand(str(folder / "in/page.txt"))))
    contents = {"source/a.txt": page, "record/a.json": record} | {
        path.replace("__", "/"): data for path, data in files.items()
    }
    bag = NewBag(name, tuple(PayloadFile(BagPath(path), data) for path, data in contents.items() if data))
    return write_bag(bag, folder).path


class TestSides:
    def test_a_bag_is_its_source(self, tmp_path: Path) -> None:
        page = page_text().encode()
        path = _bag(tmp_path, page)
        assert is_bag(path)
        assert isinstance(find_operand(str(path)), BagSource)
        assert (
            compare_cables(
                read_operand(find_operand(str(tmp_path / "in/page.txt"))), read_operand(find_operand(str(path)))
            ).kinds
            == ()
        )

    def test_a_bag_whose_source_was_exchanged_is_not_compared(self, tmp_path: Path) -> None:
        path = _bag(tmp_path, page_text().encode())
        (path / "data/source/a.txt").write_bytes(page_text(chrome="x").encode())
        with pytest.raises(BagError, match=r"is not what it was: data/source/a\.txt was altered"):
            read_operand(find_operand(str(path)))

    def test_a_bag_made_with_another_source_is_not_compared(self, tmp_path: Path) -> None:
        path = _bag(tmp_path, page_text().encode(), "05STRELSAU112", **{"source/a.txt": page_text(chrome="x").encode()})
        with pytest.raises(BagError, match="not the one that its record was made of"):
            read_operand(find_operand(str(path)))

    def test_a_bag_of_something_else_is_told(self, tmp_path: Path) -> None:
        path = write_bag(NewBag("other", (PayloadFile(BagPath("x.txt"), b"x"),)), tmp_path).path
        with pytest.raises(BagError, match="no bag of one cable"):
            read_operand(find_operand(str(path)))

    def test_a_record_that_cannot_be_read_is_told_without_its_text(self, tmp_path: Path) -> None:
        path = _bag(tmp_path, page_text().encode(), "05STRELSAU112", **{"record/a.json": b'{"subject": "HIDDENWORD"}'})
        with pytest.raises(BagError, match="record cannot be read") as caught:
            read_operand(find_operand(str(path)))
        assert "HIDDENWORD" not in str(caught.value)

    def test_a_folder_of_several_is_no_side(self) -> None:
        with pytest.raises(ComparisonError, match="several"):
            find_operand(str(PAGES))

    def test_what_is_not_there_is_told(self) -> None:
        with pytest.raises(SourceError, match="no such file"):
            read_operand(find_operand("nothing.txt"))


# --- folders ---


def _folder(top: Path, name: str, pages: dict[str, str]) -> Path:
    folder = top / name
    folder.mkdir()
    for file, text in pages.items():
        (folder / file).write_text(text, encoding="utf-8")
    return folder


def _lines(*folders: Path, jobs: int = 1) -> list[CorpusLine]:
    return list(compare_folders(folders, jobs=jobs))


def _told(lines: Sequence[CorpusLine]) -> list[tuple[str | None, CableOutcome, tuple[ChangeKind, ...]]]:
    return [(each.identifier, each.outcome, each.kinds) for each in lines]


CABLES = {number: f"05STRELSAU{number}" for number in range(1, 9)}


class TestFolders:
    def test_each_outcome_in_the_order_of_the_identifiers(self, tmp_path: Path) -> None:
        page = {number: page_text(identifier=name) for number, name in CABLES.items()}
        old = _folder(tmp_path, "a", {f"{number}.txt": page[number] for number in (1, 2, 3, 4, 5)})
        new = _folder(
            tmp_path,
            "b",
            {
                "x1.txt": page[1],
                "x2.txt": page[2].replace("made-up page", "made-up site"),
                "x3.txt": page[3].replace("Kurt Vogel", "XXXXXXXXXXXX").replace("certain", "sure"),
                "x5.txt": page[5].replace("16:40", "16:41"),
                "x6.txt": page[6],
                "x9.txt": "no cable",
            },
        )
        lines = _lines(old, new)
        assert lines[0].outcome is CableOutcome.FAILED
        assert lines[0].exit_code is ExitCode.SOURCE
        assert lines[0].new == str(new / "x9.txt")
        assert _told(lines[1:]) == [
            ("05STRELSAU1", CableOutcome.UNCHANGED, ()),
            ("05STRELSAU2", CableOutcome.CHANGED, (ChangeKind.CHROME,)),
            ("05STRELSAU3", CableOutcome.CHANGED, (ChangeKind.REDACTION, ChangeKind.SUBSTANCE)),
            ("05STRELSAU4", CableOutcome.REMOVED, ()),
            ("05STRELSAU5", CableOutcome.CHANGED, (ChangeKind.METADATA,)),
            ("05STRELSAU6", CableOutcome.NEW, ()),
        ]
        assert [line.counted for line in lines[1:4]] == ["unchanged", "chrome", "substance"]

    def test_a_cable_that_was_absent_is_re_added_against_what_was_seen_last(self, tmp_path: Path) -> None:
        page = page_text()
        folders = [
            _folder(tmp_path, "a", {"1.txt": page}),
            _folder(tmp_path, "b", {"1.txt": page.replace("certain", "sure")}),
            _folder(tmp_path, "c", {"other.txt": page_text(identifier="05STRELSAU1")}),
            _folder(tmp_path, "d", {"1.txt": page.replace("certain", "sure")}),
            _folder(tmp_path, "e", {}),
            _folder(tmp_path, "f", {"1.txt": page}),
        ]
        told = [(line.outcome, line.kinds) for line in _lines(*folders) if line.identifier == "05STRELSAU112"]
        assert told == [
            (CableOutcome.CHANGED, (ChangeKind.SUBSTANCE,)),
            (CableOutcome.REMOVED, ()),
            (CableOutcome.READDED, ()),
            (CableOutcome.REMOVED, ()),
            (CableOutcome.READDED, (ChangeKind.SUBSTANCE,)),
        ]

    def test_several_sources_of_one_cable_are_paired_by_likeness(self, tmp_path: Path) -> None:
        page = page_text()
        flat = page.replace(BODY, " ".join(BODY.split()))
        other = page.replace("certain", "sure")
        old = _folder(tmp_path, "a", {"1.txt": other, "2.txt": page, "3.txt": page})
        new = _folder(tmp_path, "b", {"1.txt": page, "2.txt": flat, "3.txt": page.replace("made-up page", "page")})
        told = [(Path(line.old or "-").name, Path(line.new or "-").name, line.kinds) for line in _lines(old, new)]
        assert told == [
            ("2.txt", "1.txt", ()),
            ("3.txt", "3.txt", (ChangeKind.CHROME,)),
            ("1.txt", "2.txt", (ChangeKind.WHITESPACE, ChangeKind.SUBSTANCE)),
        ]

    def test_bags_and_pages_out_of_archives_of_files_are_sources_too(self, tmp_path: Path) -> None:
        page, changed = page_text(), page_text(BODY.replace("certain", "sure"))
        _bag(tmp_path / "work", changed.encode())
        (tmp_path / "a").mkdir()
        (tmp_path / "work/05STRELSAU112").rename(tmp_path / "a/05STRELSAU112")
        source = _folder(tmp_path, "in", {"1.txt": page, "2.txt": page_text(identifier="05STRELSAU1")})
        (tmp_path / "b").mkdir()
        with tarfile.open(tmp_path / "b/pages.tar", "w") as archive:
            archive.add(source / "1.txt", "1.txt")
            archive.add(source / "2.txt", "2.txt")
        assert _told(_lines(tmp_path / "a", tmp_path / "b")) == [
            ("05STRELSAU1", CableOutcome.NEW, ()),
            ("05STRELSAU112", CableOutcome.CHANGED, (ChangeKind.SUBSTANCE,)),
        ]

    def test_what_is_kept_of_a_source_holds_none_of_its_bytes(self, tmp_path: Path) -> None:
        source = _folder(tmp_path, "in", {"1.txt": page_text()})
        with tarfile.open(tmp_path / "pages.tar", "w") as archive:
            archive.add(source / "1.txt", "1.txt")
        refs = list(walk_folder(tmp_path))
        assert len(refs) == 2
        for ref in refs:
            summary = corpus._summarise(tmp_path, ref)
            assert not isinstance(summary, PreserveError)
            assert "KING" not in repr(summary)

    def test_workers_tell_the_same(self, tmp_path: Path) -> None:
        pages = {f"{at}.txt": page_text(identifier=f"05STRELSAU{at}") for at in range(1, 103)}
        old = _folder(tmp_path, "a", pages)
        new = _folder(tmp_path, "b", {name: page.replace("certain", "sure") for name, page in pages.items()})
        told = _told(_lines(old, new, jobs=2))
        assert told == [
            (name, CableOutcome.CHANGED, (ChangeKind.SUBSTANCE,))
            for name in sorted(f"05STRELSAU{at}" for at in range(1, 103))
        ]

    def test_a_fault_of_ours_is_told_without_the_text(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        def broken(old: Cable, new: Cable) -> Comparison:
            raise ValueError(old.body.text)

        old = _folder(tmp_path, "a", {"1.txt": page_text()})
        new = _folder(tmp_path, "b", {"1.txt": page_text(BODY.replace("certain", "sure"))})
        monkeypatch.setattr(corpus, "compare_cables", broken)
        (line,) = _lines(old, new)
        assert line.outcome is CableOutcome.FAILED
        assert line.error is not None
        assert "ValueError" in line.error
        assert "KING" not in line.error

    def test_the_table_of_counts_has_every_word_once(self) -> None:
        counts = CorpusLine.counts({"chrome": 3})
        assert len(counts) == len(ChangeKind) + len(CableOutcome) - 1
        assert (counts["chrome"], counts["new"]) == (3, 0)


def test_a_folder_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(PreserveError, match="cannot be listed"):
        _lines(tmp_path / "a", tmp_path / "b")
