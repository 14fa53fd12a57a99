"""The proof before a bundle is written: no known secret stands in the finished bytes, in any spelling."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from urllib.parse import unquote

from canvos_tui.core.answers.beginning import fresh
from canvos_tui.core.answers.draft import ArgFound, FolderChosen
from canvos_tui.core.answers.file_changes import texts_to_mask
from canvos_tui.core.bundle.archive import unpack
from canvos_tui.core.checkout import arg_file, secret_file
from canvos_tui.core.errors import CanvosError, FilesError
from canvos_tui.core.masking.address import password_in
from canvos_tui.core.masking.outlet import secrets_in
from canvos_tui.core.masking.spellings import Masked, needles
from canvos_tui.core.ports import Ports
from canvos_tui.core.secret import Secret

_NO_SECRETS = frozenset({"AWS_PROFILE"})  # a name in `.secret` that holds a word which stands everywhere
_SHORTEST = 6  # characters of a value of `.secret` that is looked for


async def known_secrets(ports: Ports, folder: Path | None, args: Iterable[tuple[str, str]] = ()) -> tuple[Masked, ...]:
    """Every secret that this machine knows of a checkout and of its environment, by value.

    A file that cannot be read tells none; what it holds was masked by value when the build ran, and by its form now.
    """
    found = [*secrets_in(ports.environ)]
    if key_id := ports.environ.get("AWS_ACCESS_KEY_ID"):
        found.append(Masked("aws_key_id", Secret(key_id)))
    for _, value in args:
        found += [Masked("url_password", Secret(text)) for text in {password_in(value), unquote(password_in(value))} if text]
    if folder is not None:
        found += await _of_checkout(ports, folder)
    return tuple(dict.fromkeys(found))


async def _of_checkout(ports: Ports, folder: Path) -> list[Masked]:
    found: list[Masked] = []
    try:
        for name, secret in secret_file.read(await ports.files.read_own(folder, ".secret") or b"").items():
            if name not in _NO_SECRETS and len(secret) >= _SHORTEST:
                found.append(Masked("aws_key_id" if name == "AWS_ACCESS_KEY_ID" else name.lower()[:40], secret))
    except CanvosError:
        pass  # not ours to read: the doctor says so
    try:
        draft = fresh(ports.environ, folder, guide=False).after(FolderChosen(folder, ""))
        draft = draft.after(ArgFound(arg_file.parse(await ports.files.read_own(folder, ".arg") or b"").values))
        found += [Masked("secret", Secret(text)) for text in await texts_to_mask(ports.files, draft, ())]
    except CanvosError:
        pass
    return found


def refuse_leaks(archive: bytes, secrets: Iterable[Masked]) -> None:
    """FilesError that names file and rule, and never the value, when a secret stands in the archive that is to be written."""
    opened = unpack(archive, "the bundle")
    looked = [("the archive itself", archive), *opened.files.items()]
    looked.append(("manifest.json", repr(opened.manifest).encode()))
    for masked in secrets:
        for needle in needles(masked):
            for name, data in looked:
                if needle.text in data:
                    raise FilesError(
                        f"nothing was written: {name} of the bundle still holds a secret (rule {masked.name})",
                        remedy=f"the run's folder has the file; take the value out with: canvos-tui redact --values-from .secret {name}",
                    )
