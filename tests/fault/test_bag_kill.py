"""A power cut in the middle of a batch, as near as a test can come to it: ``kill -9`` at a random moment."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tests.selection import part

from preserve.bag.model import Form
from preserve.bag.verifying.verification import verify
from preserve.bag.writing.stage import PREFIX, sweep_stages

KILLS = part(20)
WRITE = """
import itertools, sys
from pathlib import Path
from preserve.bag.model import BagPath, Form, NewBag, PayloadFile
from preserve.bag.writing.stage import Stage
from preserve.bag.writing.publication import publish
from preserve.bag.writing.new_bag import stage_bag

place, form, run, halt = Path(sys.argv[1]), Form(sys.argv[2]), sys.argv[3], sys.argv[4] == "halt"
files = tuple(PayloadFile(BagPath(f"{name}/a.txt"), name.encode() * 500) for name in ("source", "record", "tei"))
for batch in itertools.count():
    with Stage(place) as stage:
        bags = [stage_bag(NewBag(f"bag-{run}-{batch}-{n}", files), stage.path, form=form) for n in range(5)]
        print("staged", flush=True)
        if halt:
            sys.stdin.read()
        for bag in publish([(bag, place / "bags" / bag.path.name) for bag in bags]):
            print(bag.path.name, bag.seal, flush=True)
"""


@pytest.mark.parametrize("form", Form)
def test_a_killed_batch_leaves_whole_bags_and_stages_only(form: Form, tmp_path: Path) -> None:
    chance = random.Random(form)
    acknowledged: dict[str, str] = {}
    for run in range(KILLS):
        halt = run == KILLS - 1
        process = subprocess.Popen(
            [sys.executable, "-c", WRITE, str(tmp_path), form, str(run), "halt" if halt else "go on"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert process.stdout is not None
        said = [process.stdout.readline() for _ in range(1 if halt else chance.randrange(1, 12))]
        if not halt:
            # Where in the next batches the kill meets it is left to the machine; the last kill meets a batch.
            time.sleep(chance.uniform(0.0, 0.05))
        process.kill()
        # Not by communicate: it passes over what readline has read ahead.
        said += process.stdout.readlines()
        process.wait()
        for stream in (process.stdin, process.stdout):
            assert stream is not None
            stream.close()
        # The last line may have been cut by the kill: it was not acknowledged.
        words = [line.split() for line in said if line.endswith("\n") and line != "staged\n"]
        acknowledged.update((name, seal) for name, seal in words)
        assert {path.name for path in tmp_path.iterdir() if not path.name.startswith(PREFIX)} <= {"bags"}
        swept = sweep_stages(tmp_path)
        assert swept == 1 or not halt
        assert {path.name for path in tmp_path.iterdir()} <= {"bags"}
    visible = {path.name: path for path in (tmp_path / "bags").iterdir()}
    broken = [name for name, path in visible.items() if not verify(path).valid]
    assert broken == []
    assert acknowledged
    assert set(acknowledged) <= set(visible)
    assert [name for name, seal in acknowledged.items() if verify(visible[name], seal=seal).findings] == []
