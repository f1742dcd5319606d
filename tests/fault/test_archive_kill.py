"""``kill -9`` of a process that puts bags, at random moments: no half bag is seen, nothing acknowledged is lost."""

from __future__ import annotations

import multiprocessing
import random
import time
from contextlib import suppress
from multiprocessing.connection import Connection
from pathlib import Path

from tests.archive.making import CLOCK, SOFTWARE, founded, staged
from tests.selection import part

from preserve import audit
from preserve.archive.opening import open_archive, rebuild_catalogue
from preserve.bag.model import Form
from preserve.bag.verifying.verification import verify
from preserve.bag.writing.stage import Stage

ROUNDS = part(20)
BATCH = 6


def _put_until_killed(root: Path, told: Connection, number: int) -> None:
    with (
        open_archive(root, clock=CLOCK, software=SOFTWARE) as archive,
        archive.writing(),
        Stage(root) as stage,
    ):
        told.send([])
        for batch in range(10_000):
            names = [f"{number:02}STRELSAU{batch * BATCH + each}" for each in range(BATCH)]
            forms = [Form.TAR if each % 2 else Form.DIRECTORY for each in range(BATCH)]
            bags = [staged(stage.path, name, form=form) for name, form in zip(names, forms, strict=True)]
            outcomes = archive.put(bags)
            told.send([each.stored.label for each in outcomes if each.stored])


def test_a_killed_writer_leaves_whole_bags_and_loses_nothing_that_it_acknowledged(tmp_path: Path) -> None:
    root = tmp_path / "archive"
    founded(root).close()
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["preserve.archive", "tests.archive.making"])
    chance = random.Random(20260131)
    promised: set[str] = set()
    for number in range(ROUNDS):
        told, teller = context.Pipe(duplex=False)
        writer = context.Process(target=_put_until_killed, args=(root, teller, number))
        writer.start()
        teller.close()
        # Some are killed in their first batch, the others in one that comes later.
        for _ in range(1 + number % 3):
            promised.update(told.recv())
        # Where in the next batches the kill meets it is left to the machine.
        time.sleep(chance.uniform(0, 0.1))
        writer.kill()
        writer.join()
        assert writer.exitcode == -9
        with suppress(EOFError), told:
            while True:
                promised.update(told.recv())

        # What anybody sees before anything is put right: whole bags only.
        for path in [*root.glob("bags/*/*/*/v*")]:
            assert verify(path).valid, path

        with open_archive(root, clock=CLOCK, software=SOFTWARE) as archive, archive.writing():
            labels = {stored.label for stored in archive.bags()}
            assert promised <= labels
            assert not list(root.glob(".stage-*"))
            assert not archive.check_log().findings
            assert not list(audit.sweep_archive(archive))
            before = list(archive.dump())
        rebuild_catalogue(root, clock=CLOCK, software=SOFTWARE)
        with open_archive(root, clock=CLOCK, software=SOFTWARE) as archive:
            assert list(archive.dump()) == before
    # Two rounds of three wait for a batch of six or more.
    assert len(promised) >= BATCH * (ROUNDS * 2 // 3)
