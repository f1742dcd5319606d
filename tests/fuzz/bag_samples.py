"""Good bags for the fuzzing of what reads bags, and their forms, made by hand and by the standard library.

They are files of made-up bags, and tars and zips of them; what is damaged is read again here without our code.
"""

from __future__ import annotations

import bz2
import gzip
import hashlib
import io
import lzma
import subprocess
import tarfile
import tempfile
import zipfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from backports import zstd

__all__ = [
    "BAGS",
    "COMPRESSIONS",
    "SEALS",
    "Files",
    "digest",
    "good",
    "read_gnu_tar",
    "read_tar",
    "read_zip",
    "tarred",
    "zipped",
]

Files = dict[str, bytes]

COMPRESSIONS: Mapping[str, Callable[[bytes], bytes]] = {
    ".tar": bytes,
    ".tar.gz": lambda data: gzip.compress(data, mtime=0),
    ".tar.bz2": bz2.compress,
    ".tar.xz": lzma.compress,
    ".tar.zst": zstd.compress,
}
"""Every form of tar, by its suffix."""

_EXPAND: Mapping[str, Callable[[bytes], bytes]] = {
    ".tar": bytes,
    ".tar.gz": gzip.decompress,
    ".tar.bz2": bz2.decompress,
    ".tar.xz": lzma.decompress,
    ".tar.zst": zstd.decompress,
}
_NAMES = (
    "a.txt",
    "tei/05STRELSAU1.xml",
    "Z\u00fcrich.txt",
    "with space.txt",
    "100%25.txt",
    "x" * 120 + "/b.txt",
)
_AT = (2026, 1, 2, 0, 0, 0)


def digest(algorithm: str, data: bytes) -> str:
    """Return a digest, by BagIt's name of its algorithm."""
    return hashlib.new(algorithm.replace("sha3", "sha3_") if len(algorithm) > 6 else algorithm, data).hexdigest()


def good(algorithms: Sequence[str], *, many: int = 0, version: str = "1.0") -> Files:
    """Return the files of a good bag."""
    payload = {f"data/{name}": f"{name} ".encode() * 40 for name in _NAMES} | {"data/empty": b""}
    payload |= {f"data/many/{number}.txt": b"%d" % number for number in range(many)}
    octets = sum(map(len, payload.values()))
    tags = {
        "bagit.txt": f"BagIt-Version: {version}\nTag-File-Character-Encoding: UTF-8\n".encode(),
        "bag-info.txt": f"Source-Organization: Strelsau\nPayload-Oxum: {octets}.{len(payload)}\n".encode(),
    }

    def listed(files: Mapping[str, bytes], algorithm: str) -> bytes:
        escaped = {path: path.replace("%", "%25") if version == "1.0" else path for path in files}
        return "".join(f"{digest(algorithm, files[path])}  {escaped[path]}\n" for path in sorted(files)).encode()

    tags |= {f"manifest-{each}.txt": listed(payload, each) for each in algorithms}
    tag_manifests = {f"tagmanifest-{each}.txt": listed(tags, each) for each in algorithms}
    return payload | tags | tag_manifests


BAGS = (good(("sha512",)), good(("md5", "sha256")), good(("sha512", "sha1"), many=30), good(("md5",), version="0.97"))
"""The bags that inputs are made of."""

_STRONGEST = ("sha512", "sha256", "sha512", "md5")
SEALS: Mapping[str, Files] = {
    hashlib.sha256(files[f"tagmanifest-{algorithm}.txt"]).hexdigest(): files
    for files, algorithm in zip(BAGS, _STRONGEST, strict=True)
}
"""The good bags by their seals."""


def tarred(files: Mapping[str, bytes], *, form: int = tarfile.PAX_FORMAT) -> bytes:
    """Return a tar of a bag."""
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w", format=form) as archive:
        for path, data in files.items():
            info = tarfile.TarInfo(f"bag/{path}")
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return made.getvalue()


class _Passing(io.BytesIO):
    """A file that cannot go back: what is written to it has its sizes behind its octets."""

    def seekable(self) -> bool:
        return False

    def seek(self, *_place: int) -> int:
        raise io.UnsupportedOperation


def zipped(
    files: Mapping[str, bytes], method: int = zipfile.ZIP_DEFLATED, *, passing: bool = False, large: bool = False
) -> bytes:
    """Return a zip of a bag.

    Args:
        files: Its files.
        method: How they are compressed.
        passing: Note sizes behind the octets, as a program does that writes to a pipe.
        large: Note sizes with 64 bits.
    """
    made = _Passing() if passing else io.BytesIO()
    with zipfile.ZipFile(made, "w", method) as archive:
        for path, data in files.items():
            info = zipfile.ZipInfo(f"bag/{path}", _AT)
            info.compress_type = method
            with archive.open(info, "w", force_zip64=large) as member:
                member.write(data)
    return made.getvalue()


def read_tar(data: bytes, suffix: str = ".tar") -> Files | None:
    """Return the files of the bag in a tar, as the standard library reads it; ``None`` when it does not.

    It ends without a word at a header of which a field is no number, and takes names from where GNU has times. A tar
    with a sparse file counts as not read: a few octets of it say that there are gigabytes of zeros.
    """
    found: Files = {}
    try:
        with tarfile.open(fileobj=io.BytesIO(_EXPAND[suffix](data))) as archive:
            for member in archive:
                if member.issparse():
                    return None
                file = archive.extractfile(member) if member.isreg() else None
                if file is not None:
                    found[_plain_path(member.name)] = file.read()
    except Exception:  # a library on hostile octets: that it does not read them is all that counts
        return None
    return _below_the_top(found)


def read_gnu_tar(data: bytes, suffix: str) -> Files | None:
    """Return the files of the bag in a tar, as GNU tar unpacks it; ``None`` when it does not, or is not there.

    Only for a tar that no member of which leads anywhere else.
    """
    with tempfile.TemporaryDirectory(prefix="fuzz-") as place:
        try:
            command = ["tar", "-xf", "-", "-C", place, "--no-same-owner", "--no-same-permissions"]
            subprocess.run(command, input=_EXPAND[suffix](data), capture_output=True, check=False)
        except Exception:  # as above
            return None
        root = Path(place)
        return _below_the_top(
            {str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*") if path.is_file()}
        )


def read_zip(data: bytes) -> Files | None:
    """Return the files of the bag in a zip, as the standard library reads it; ``None`` when it does not."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = [info for info in archive.infolist() if not info.filename.endswith("/")]
            for info in names:
                del info.CRC  # whether octets are right is for the manifests to say
            return _below_the_top({_plain_path(info.filename): archive.read(info) for info in names})
    except Exception:  # as above
        return None


def _plain_path(name: str) -> str:
    return "/".join(part for part in name.split("/") if part not in {"", "."})


def _below_the_top(found: Files) -> Files:
    # A bag that was packed from within has nothing above it.
    return found if "bagit.txt" in found else {path.partition("/")[2]: data for path, data in found.items()}
