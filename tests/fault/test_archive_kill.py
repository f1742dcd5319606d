"""``kill -9`` of a process that puts bags, at random moments: no half bag is seen, nothing acknowledged is lost."""

from __future__ import annotations

import multiprocessing
import os
import random
import time
from pathlib import Path

from tests.archive.making import CLOCK, SOFTWARE, founded, staged

from preserve import audit
from preserve.archive.opening import open_archive, rebuild_catalogue
from preserve.bag.model import Form
from preserve.bag.verifying.verification import verify
from preserve.bag.writing.stage import Stage

ROUNDS = 20
BATCH = 6


def _put_until_killed(root: Path, acknowledged: Path, number: int) -> None:
    descriptor = os.open(acknowledged, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    with (
        open_archive(root, clock=CLOCK, software=SOFTWARE, patience=30) as archive,
        archive.writing(),
        Stage(root) as stage,
    ):
        os.write(descriptor, b"ready\n")
        for batch in range(10_000):
            names = [f"{number:02}STRELSAU{batch * BATCH + each}" for each in range(BATCH)]
            forms = [Form.TAR if each % 2 else Form.DIRECTORY for each in range(BATCH)]
            bags = [staged(stage.path, name, form=form) for name, form in zip(names, forms, strict=True)]
            outcomes = archive.put(bags)
            stored = [each.stored.label for each in outcomes if each.stored]
            os.write(descriptor, "".join(f"{label}\n" for label in stored).encode())


def test_a_killed_writer_leaves_whole_bags_and_loses_nothing_that_it_acknowledged(tmp_path: Path) -> None:
    root, acknowledged = tmp_path / "archive", tmp_path / "acknowledged"
    founded(root).close()
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["preserve.archive", "tests.archive.making"])
    chance = random.Random(20260131)
    promised: set[str] = set()
    for number in range(ROUNDS):
        acknowledged.unlink(missing_ok=True)
        writer = context.Process(target=_put_until_killed, args=(root, acknowledged, number))
        writer.start()
        while writer.is_alive() and not (acknowledged.exists() and acknowledged.stat().st_size):
            time.sleep(0.002)
        time.sleep(chance.uniform(0, 0.15))
        writer.kill()
        writer.join()
        assert writer.exitcode == -9
        text = acknowledged.read_text()
        promised.update(line for line in text[: text.rfind("\n") + 1].split() if line != "ready")

        # What anybody sees before anything is put right: whole bags only.
        for path in [*root.glob("bags/*/*/*/v*")]:
            assert verify(path).valid, path

        with open_archive(root, clock=CLOCK, software=SOFTWARE) as archive, archive.writing():
            labels = {stored.label for stored in archive.bags()}
            assert promised <= labels
            assert not list(root.glob(".stage-*"))
            assert not list(archive.verify_log())
            assert not list(audit.sweep_archive(archive))
            before = list(archive.dump())
        rebuild_catalogue(root, clock=CLOCK, software=SOFTWARE)
        with open_archive(root, clock=CLOCK, software=SOFTWARE) as archive:
            assert list(archive.dump()) == before
    assert len(promised) >= ROUNDS
