"""A bundle as the bytes of a zip file, the same for the same files; and back, from bytes that anybody may have made.

Nothing is ever unpacked to a disk: a file is read into memory, up to a limit, under a name that is on our list.
"""

from __future__ import annotations

import hashlib
import io
import json
import stat
import zipfile
import zlib
from collections.abc import Mapping
from typing import Any

from canvos_tui.core.bundle.contents import MANIFEST, WHAT, Bundle
from canvos_tui.core.errors import FilesError
from canvos_tui.core.values import dataclass

MOST_LOG = 256 << 20  # bytes of a log that goes into a bundle
_MOST = 320 << 20  # bytes of all files together
_MOST_FILES, _MOST_MANIFEST = 64, 1 << 20
_FAMILY, _VERSION = "canvos-tui.bundle/", "1"
_EPOCH = (1980, 1, 1, 0, 0, 0)  # the first moment that a zip file can name
_ANEW = "ask for it to be made and sent again"


@dataclass(frozen=True)
class Opened:
    """The manifest and the files of a bundle; the bytes are foreign, whatever is said of them."""

    manifest: Mapping[str, Any]
    files: Mapping[str, bytes]

    def document(self, name: str) -> dict[str, Any]:
        """A JSON file of the bundle; empty where there is none, or no object in it."""
        try:
            data = json.loads(self.files.get(name, b"{}"))
        except (ValueError, RecursionError):
            return {}
        return data if isinstance(data, dict) else {}


def pack(bundle: Bundle) -> bytes:
    """The zip file: fixed times, owners and order."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for file in bundle.whole():
            info = zipfile.ZipInfo(file.name, _EPOCH)
            info.create_system, info.external_attr = 3, (stat.S_IFREG | 0o600) << 16
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, file.data, compresslevel=9)
    return out.getvalue()


def is_bundle(data: bytes) -> bool:
    """Whether these bytes are a zip file that has a manifest, wherever in it: a log server's archive has none."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return any(name.replace("\\", "/").rsplit("/", 1)[-1] == MANIFEST for name in archive.namelist())
    except (zipfile.BadZipFile, ValueError):
        return data.startswith(b"PK\x03\x04") and data[30 : 30 + len(MANIFEST)] == MANIFEST.encode()


def unpack(data: bytes, name: str) -> Opened:
    """The files of a bundle that is called `name`; FilesError says what is wrong with it."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            infos = _harmless(archive.infolist(), name)
            manifest = _manifest(_read(archive, infos[MANIFEST], _MOST_MANIFEST, name), name)
            return Opened(manifest, _files(archive, infos, manifest, name))
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, OverflowError):
        raise FilesError(f"{name} is damaged: it cannot be unpacked", remedy=_ANEW) from None


def _harmless(infos: list[zipfile.ZipInfo], name: str) -> dict[str, zipfile.ZipInfo]:
    """The entries by name; FilesError for anything that no bundle of ours has."""
    if len(infos) > _MOST_FILES:
        raise FilesError(f"{name} holds {len(infos)} files, more than any bundle", remedy=_ANEW)
    found: dict[str, zipfile.ZipInfo] = {}
    for info in infos:
        plain = info.filename
        if "/" in plain or "\\" in plain or plain in {".", ".."} or info.orig_filename != plain:
            raise FilesError(f"{name} holds `{plain[:80]}`: a bundle has no folders, and no way out of one", remedy="do not unpack it")
        if stat.S_ISLNK(info.external_attr >> 16):
            raise FilesError(f"{name} holds a link, `{plain[:80]}`: a bundle has files only", remedy="do not unpack it")
        if plain in found:
            raise FilesError(f"{name} holds `{plain[:80]}` twice", remedy=_ANEW)
        found[plain] = info
    if MANIFEST not in found:
        raise FilesError(f"{name} is no bundle: it has no {MANIFEST}", remedy="name the file that `canvos-tui bundle` made")
    if sum(info.file_size for info in infos) > _MOST:
        raise FilesError(f"{name} would unpack to more than {_MOST >> 20} MiB", remedy="it is no bundle of ours; do not unpack it")
    return found


def _read(archive: zipfile.ZipFile, info: zipfile.ZipInfo, most: int, name: str) -> bytes:
    """The bytes of an entry; its header may say what it likes of their number."""
    with archive.open(info) as source:
        data = source.read(most + 1)
    if len(data) > most:
        raise FilesError(f"{name}: `{info.filename}` is larger than {most >> 20} MiB", remedy="it is no bundle of ours; do not unpack it")
    return data


def _manifest(data: bytes, name: str) -> Mapping[str, Any]:
    try:
        found = json.loads(data)
    except (ValueError, RecursionError):
        raise FilesError(f"{name} is damaged: its {MANIFEST} cannot be read", remedy=_ANEW) from None
    schema = str(found.get("schema", "")) if isinstance(found, dict) else ""
    if not schema.startswith(_FAMILY):
        raise FilesError(f"{name} is no bundle of canvos-tui", remedy="name the file that `canvos-tui bundle` made")
    if schema.removeprefix(_FAMILY) != _VERSION:
        made = str(found.get("tool", "?"))[:40]
        raise FilesError(
            f"{name} was made by canvos-tui {made}, in a form that this version does not know", remedy=f"open it with canvos-tui {made}"
        )
    if not isinstance(found.get("files"), list):
        raise FilesError(f"{name} is damaged: its {MANIFEST} lists no files", remedy=_ANEW)
    return dict(found)


def _files(archive: zipfile.ZipFile, infos: Mapping[str, zipfile.ZipInfo], manifest: Mapping[str, Any], name: str) -> dict[str, bytes]:
    """The files that are on our list, as the manifest has them; what a later version added is left where it is."""
    found: dict[str, bytes] = {}
    for row in manifest["files"]:
        listed = str(row.get("name", "")) if isinstance(row, dict) else ""
        if listed not in WHAT or listed == MANIFEST:
            continue
        if listed not in infos:
            raise FilesError(f"{name} is damaged: `{listed}` is missing", remedy=_ANEW)
        data = _read(archive, infos[listed], MOST_LOG, name)
        if hashlib.sha256(data).hexdigest() != row.get("sha256"):
            raise FilesError(f"{name} is damaged: `{listed}` is not as it was written", remedy=_ANEW)
        found[listed] = data
    return found
