"""The clock: fixed by SOURCE_DATE_EPOCH, else the machine's, in UTC and whole seconds."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from preserve.clock import Clock
from preserve.errors import UsageError


def test_a_fixed_clock_tells_one_time() -> None:
    time = datetime(2026, 1, 31, 9, 30, tzinfo=UTC)
    clock = Clock(time)
    assert clock.now() == clock.now() == time


def test_source_date_epoch_fixes_it() -> None:
    assert Clock.from_environment({"SOURCE_DATE_EPOCH": "0"}).now() == datetime(1970, 1, 1, tzinfo=UTC)
    later = Clock.from_environment({"SOURCE_DATE_EPOCH": " 1769851800 "})
    assert later.now() == datetime(2026, 1, 31, 9, 30, tzinfo=UTC)


@pytest.mark.parametrize("environment", [{}, {"SOURCE_DATE_EPOCH": ""}, {"SOURCE_DATE_EPOCH": " "}])
def test_without_it_the_machine_is_asked_for_whole_seconds(environment: dict[str, str]) -> None:
    clock = Clock.from_environment(environment)
    assert clock.fixed is None
    before = datetime.now(UTC)
    now = clock.now()
    assert before - timedelta(seconds=1) <= now <= datetime.now(UTC)
    assert (now.microsecond, now.utcoffset()) == (0, timedelta(0))


@pytest.mark.parametrize("value", ["soon", "1.5", "0x10", "9" * 30, "1" + "0" * 5000, "nan"])
def test_what_is_no_number_of_seconds_is_refused(value: str) -> None:
    with pytest.raises(UsageError, match="not a number of seconds since 1970"):
        Clock.from_environment({"SOURCE_DATE_EPOCH": value})


def test_the_real_environment_is_asked_when_none_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "86400")
    assert Clock.from_environment().now() == datetime(1970, 1, 2, tzinfo=UTC)
