"""Hostile bags: what verifying each costs in time and memory, and what it opened and wrote that it should not.

The real command runs in a process of its own on each bag of ``tests.hostile.bags``. What it should say of each is
tested in ``tests/hostile/test_bags.py``.

Each is verified twice: once for the figures, once under ``strace``, where that is installed, for what was opened
outside the bag and what was written anywhere. The second time is left out when the first took long.

Usage: python -m tests.hostile.costs [--scale 1.0] [--only TEXT] [--verbs TEXT] [--figures] [--scratch FOLDER]
                                    [--most-seconds 300]
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, NamedTuple

from tests.hostile.bags import CASES, SECRET, Case

__all__ = ["LIMIT", "Outcome", "Seen", "outcome", "prepared", "seen"]

LIMIT = 200
"""Megabytes of memory that no bag may make us use."""

_SLOW = 60.0
"""Seconds from which on a figure is marked, and no second look is taken."""

_ENOUGH = 4 << 30
"""Octets of address space that a command gets, so that what is not bounded harms nobody else."""

_OURS = tuple({sys.prefix, sys.base_prefix, str(Path(__file__).resolve().parents[2])})
_SYSTEM = (
    "/usr/",
    "/lib",
    "/etc/ld.so",
    "/proc/self/",
    "/proc/sys/",
    "/sys/",
    "/dev/null",
    "/dev/shm",
    "/dev/urandom",
    "/etc/magic",
)
_SYSTEM_FILES = frozenset({"/etc/localtime", "/proc/cpuinfo", "/proc/meminfo", "/proc/stat", "/proc/filesystems", "/"})
_CALL = re.compile(r"(?:\d+ +)?(?P<name>\w+)\((?P<arguments>.*)\) += (?P<result>-?\d+)")
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"')
_AT = re.compile(r"\d+<([^>]*)>")
_READS = ("openat", "open", "openat2")
_WRITES = (
    *("creat", "mkdir", "mkdirat", "rename", "renameat", "renameat2", "unlink", "unlinkat", "rmdir", "symlink"),
    *("symlinkat", "link", "linkat", "truncate", "chmod", "fchmodat", "mknod", "mknodat"),
)


class Outcome(NamedTuple):
    """What one command came to.

    Attributes:
        code: Its exit code; negative for a signal.
        verdict: The verdict on the bag, when it gave one.
        codes: The codes of its findings, and how many of each.
        seconds: Wall clock.
        busy: Seconds of processor time, which others on the machine change less.
        memory: The peak, in megabytes.
        errors: The last line of what it said on stderr.
    """

    code: int
    verdict: str
    codes: Counter[str]
    seconds: float
    busy: float
    memory: float
    errors: str


class Seen(NamedTuple):
    """What a command opened outside the bag, and wrote anywhere."""

    outside: tuple[str, ...]
    written: tuple[str, ...]


def _command(verb: str, bag: Path) -> list[str]:
    words = [sys.executable, "-m", "preserve", *verb.split(), str(bag)]
    if verb == "verify":
        return [*words, "--json", "--jobs", "1"]
    if verb == "bag list":
        return [*words, "--json"]
    if verb in {"bag extract", "bag convert"}:
        return [*words, "--to", str(bag.parent / "target" / "out")]
    return words


def prepared(case: Case, scratch: Path, scale: float) -> Path:
    """Build a bag in a scratch folder, beside a file that nobody may open."""
    (scratch / SECRET).write_text("nobody may open this\n")
    return case.build(scratch, scale)


_LAUNCHER = """
import os, resource, signal, sys
told, seconds, octets, command = int(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), sys.argv[4:]
child = os.posix_spawn(command[0], command, os.environ)
resource.prlimit(child, resource.RLIMIT_AS, (octets, octets))
signal.signal(signal.SIGALRM, lambda *_: os.kill(child, signal.SIGKILL))
signal.alarm(seconds)
_pid, status, usage = os.wait4(child, 0)
busy = 1000 * (usage.ru_utime + usage.ru_stime)
os.write(told, b"%d %d %d" % (os.waitstatus_to_exitcode(status), usage.ru_maxrss, busy))
"""
"""Starts a command and tells its exit code and peak: that of a child counts what its parent had when it was started, so
the parent must be small."""


def outcome(verb: str, bag: Path, *, most_seconds: float) -> Outcome:
    """Run one command on a bag."""
    reading, writing = os.pipe()
    launch = [sys.executable, "-I", "-S", "-c", _LAUNCHER, str(writing), str(int(most_seconds)), str(_ENOUGH)]
    with tempfile.TemporaryFile() as told, tempfile.TemporaryFile() as errors:
        start = time.perf_counter()
        subprocess.run(
            [*launch, *_command(verb, bag)],
            stdin=subprocess.DEVNULL,
            stdout=told,
            stderr=errors,
            pass_fds=(writing,),
            env=_environment(),
            check=True,
        )
        seconds = time.perf_counter() - start
        os.close(writing)
        with os.fdopen(reading) as figures:
            code, memory, busy = map(int, figures.read().split())
        verdict, codes = _answer(told) if verb == "verify" else ("", Counter[str]())
        errors.seek(0)
        said = errors.read()[-4000:].decode("utf-8", "replace").strip().splitlines()
    return Outcome(code, verdict, codes, seconds, busy / 1000, memory / 1024, said[-1] if said else "")


def _environment() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PRESERVE_")}
    return kept | {"PYTHONDONTWRITEBYTECODE": "1", "LC_ALL": "C.UTF-8"}


def _answer(told: IO[bytes]) -> tuple[str, Counter[str]]:
    told.seek(0)
    line = told.readline()
    if not line:
        return "", Counter()
    answer = json.loads(line)
    return answer.get("verdict", ""), Counter(each["code"] for each in answer.get("findings", ()))


def seen(verb: str, bag: Path) -> Seen | None:
    """Run one command on a bag again and return what it opened and wrote; ``None`` when nobody can tell."""
    strace = shutil.which("strace")
    if strace is None:
        return None
    reading, writing = os.pipe()
    watch = [
        strace,
        "-f",
        "--seccomp-bpf",
        "-qq",
        "-y",
        "-s",
        "4096",
        "-e",
        f"trace={','.join((*_READS, *_WRITES))}",
        "-o",
        f"/dev/fd/{writing}",
    ]
    with subprocess.Popen(
        [*watch, *_command(verb, bag)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        pass_fds=(writing,),
        env=_environment(),
    ):
        os.close(writing)
        with os.fdopen(reading, encoding="utf-8", errors="replace") as lines:
            return _seen(lines, bag)


def _seen(lines: Iterable[str], bag: Path) -> Seen:
    outside, written = set[str](), set[str]()
    target = f"{bag.parent}/target"
    for name, path, arguments in _calls(lines):
        writes = name not in _READS or "O_WRONLY" in arguments or "O_RDWR" in arguments
        inside = path == str(bag) or path.startswith((f"{bag}/", f"{bag}."))
        if path.startswith(target) or path in {"/dev/null", str(bag.parent), "/dev/tty"}:
            continue
        if writes:
            written.add(path)
        elif not inside and not path.startswith((*_OURS, *_SYSTEM)) and path not in _SYSTEM_FILES:
            outside.add(path)
    return Seen(tuple(sorted(outside)), tuple(sorted(written)))


def _calls(lines: Iterable[str]) -> Iterator[tuple[str, str, str]]:
    """Give the name, the path and the arguments of each call that came to something."""
    for line in lines:
        call = _CALL.match(line)
        quoted = _QUOTED.search(line)
        if call is None or quoted is None or int(call["result"]) < 0:
            continue
        at = _AT.search(call["arguments"][: call["arguments"].find('"')])
        base = at[1] if at else str(Path.cwd())
        yield (
            call["name"],
            os.path.normpath(f"{base}/{quoted[1]}" if quoted[1][:1] != "/" else quoted[1]),
            call["arguments"],
        )


_HEAD = (
    f"{'case':<62}{'verb':<12}{'exit':>5} {'verdict':<11}{'wall s':>8}{'busy s':>8}{'MB':>6}  outside / written / codes"
)


def _row(case: Case, verb: str, what: Outcome, looked: Seen | None) -> str:
    told = " ".join(f"{code}:{count}" for code, count in sorted(what.codes.items()))
    mark = "!" if what.memory > LIMIT or what.busy > _SLOW or what.code not in {0, 1, 2, 3, 4, 5, 6} else " "
    leaks = (
        "?" if looked is None else " ".join((*looked.outside[:3], *(f"WROTE {path}" for path in looked.written[:3])))
    )
    figures = f"{what.code:>5} {what.verdict:<11}{what.seconds:8.1f}{what.busy:8.1f}{what.memory:6.0f} {mark}"
    return f"{case.name:<62}{verb:<12}{figures} {leaks or '-'} / {told} {what.errors[:90] if not told else ''}"


def run(case: Case, scratch: Path | None, scale: float, most_seconds: float, verbs: str, *, look: bool) -> None:
    """Build one bag, do everything with it, print a line each, and take it away."""
    with tempfile.TemporaryDirectory(dir=scratch) as name:
        folder = Path(name).resolve()
        bag = prepared(case, folder, scale)
        _clear(folder)
        for verb in (verb for verb in ("verify", *case.verbs) if re.search(verbs, verb)):
            what = outcome(verb, bag, most_seconds=most_seconds)
            _clear(folder)
            looked = seen(verb, bag) if look and what.seconds < _SLOW / 2 else None
            _clear(folder)
            print(_row(case, verb, what, looked), flush=True)
        subprocess.run(["rm", "-rf", *map(str, folder.iterdir())], check=True)


def _clear(folder: Path) -> None:
    """Leave nothing of what was taken out of a bag."""
    shutil.rmtree(folder / "target", ignore_errors=True)
    (folder / "target").mkdir()


def main() -> None:
    """Read the arguments, build and verify each bag, print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scale", type=float, default=1.0, help="part of the full size")
    parser.add_argument("--only", default="", help="a regular expression for the names of cases")
    parser.add_argument("--verbs", default="", help="a regular expression for what is done with them")
    parser.add_argument("--figures", action="store_true", help="take no second look, at what was opened and written")
    parser.add_argument("--scratch", type=Path, help="where to work; default: the machine's temporary folder")
    parser.add_argument("--most-seconds", type=float, default=300.0, help="when a command is killed")
    arguments = parser.parse_args()
    print(_HEAD)
    for case in CASES:
        if re.search(arguments.only, case.name):
            run(
                case,
                arguments.scratch,
                arguments.scale,
                arguments.most_seconds,
                arguments.verbs,
                look=not arguments.figures,
            )


if __name__ == "__main__":
    main()
