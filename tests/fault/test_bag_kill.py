"""A power cut in the middle of a batch, as near as a test can come to it: ``kill -9`` at a random moment."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from preserve.bag.model import Form
from preserve.bag.verifying.verification import verify
from preserve.bag.writing.stage import PREFIX, sweep_stages

KILLS = int(os.environ.get("PRESERVE_KILLS", "20"))
WRITE = """
import itertools, sys
from pathlib import Path
from preserve.bag.model import BagPath, Form, NewBag, PayloadFile
from preserve.bag.writing.stage import Stage
from preserve.bag.writing.publication import publish
from preserve.bag.writing.new_bag import stage_bag

place, form, run = Path(sys.argv[1]), Form(sys.argv[2]), sys.argv[3]
files = tuple(PayloadFile(BagPath(f"{name}/a.txt"), name.encode() * 500) for name in ("source", "record", "tei"))
print("ready", flush=True)
for batch in itertools.count():
    with Stage(place) as stage:
        bags = [stage_bag(NewBag(f"bag-{run}-{batch}-{n}", files), stage.path, form=form) for n in range(5)]
        for bag in publish([(bag, place / "bags" / bag.path.name) for bag in bags]):
            print(bag.path.name, bag.seal, flush=True)
"""


@pytest.mark.parametrize("form", Form)
def test_a_killed_batch_leaves_whole_bags_and_stages_only(form: Form, tmp_path: Path) -> None:
    chance = random.Random(form)
    acknowledged: dict[str, str] = {}
    left_over = 0
    for run in range(KILLS):
        process = subprocess.Popen(
            [sys.executable, "-c", WRITE, str(tmp_path), form, str(run)], stdout=subprocess.PIPE, text=True
        )
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        time.sleep(chance.uniform(0.0, 0.12))
        process.kill()
        said = process.communicate()[0].splitlines()
        # The last line may have been cut by the kill: it was not acknowledged.
        acknowledged.update((line.split()[0], line.split()[1]) for line in said if len(line.split()) == 2)
        assert {path.name for path in tmp_path.iterdir() if not path.name.startswith(PREFIX)} <= {"bags"}
        swept = sweep_stages(tmp_path)
        left_over += swept
        assert {path.name for path in tmp_path.iterdir()} <= {"bags"}
    visible = {path.name: path for path in (tmp_path / "bags").iterdir()}
    broken = [name for name, path in visible.items() if not verify(path).valid]
    assert broken == []
    assert set(acknowledged) <= set(visible)
    assert [name for name, seal in acknowledged.items() if verify(visible[name], seal=seal).findings] == []
    assert len(visible) > KILLS
    assert left_over > 0, "no kill met a batch: the delays are wrong"
