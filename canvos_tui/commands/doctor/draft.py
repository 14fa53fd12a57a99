"""What the doctor knows before it asks: the answers file, or what the files of a checkout say; the keys of .secret or the environment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from canvos_tui.core.answers.draft import ArgFound, CheckAccepted, Draft, FolderChosen, KeysGiven, Origin, TagChosen, fresh
from canvos_tui.core.aws.facts import AwsKeys
from canvos_tui.core.checkout import arg_file, secret_file
from canvos_tui.core.checkout.state import Place, parse_folder
from canvos_tui.core.checks.selection import GIVEN
from canvos_tui.core.errors import CanvosError, InvalidValueError
from canvos_tui.core.ports import Ports
from canvos_tui.core.secret import Secret


@dataclass(frozen=True)
class Source:
    """Where the answers come from. `config` is an answers file's draft; without one the files of the checkout count as they are."""

    ports: Ports
    checkout: str | None = None
    config: Draft | None = None
    accepted: Mapping[str, str] = field(default_factory=dict)

    @property
    def final(self) -> bool:
        """Whether a build would read the files as they are now."""
        return self.config is None

    async def draft(self) -> tuple[Draft, str]:
        """The draft to check, and what could not be read for it: empty when all could. Nothing is sourced, nothing written."""
        draft, trouble = await (self._of_config(self.config) if self.config is not None else self._of_files())
        for name, reason in self.accepted.items():
            draft = draft.after(CheckAccepted(name, reason))
        return draft, trouble

    async def _of_config(self, draft: Draft) -> tuple[Draft, str]:
        if self.checkout:
            draft = draft.after(FolderChosen(parse_folder(_absolute(self.checkout), _home(self.ports)), draft.repository))
        try:
            found = secret_file.keys_of(await self.ports.files.read_bytes(draft.folder / ".secret") or b"") if draft.folder else None
        except CanvosError as error:
            return _with_keys(draft, None, self.ports), str(error)
        return _with_keys(draft, found, self.ports), ""

    async def _of_files(self) -> tuple[Draft, str]:
        ports, folder = self.ports, await self._folder()
        draft = fresh(ports.environ, folder)
        if folder is None:
            return _with_keys(draft, None, ports), ""
        draft, found = draft.after(FolderChosen(folder, draft.repository)), None
        try:
            draft = draft.after(TagChosen((await ports.git.state(folder)).tag))
            draft = draft.after(ArgFound(arg_file.parse(await ports.files.read_bytes(folder / ".arg") or b"").values))
            found = secret_file.keys_of(await ports.files.read_bytes(folder / ".secret") or b"")
        except CanvosError as error:  # the checks of these files say it in full
            return _with_keys(draft, found, ports), str(error)
        return _with_keys(draft, found, ports), ""

    async def _folder(self) -> Path | None:
        """The folder that was named; else this one or ~/CanvOS, whichever is a checkout."""
        if self.checkout:
            return parse_folder(_absolute(self.checkout), _home(self.ports))
        for folder in (Path.cwd(), _home(self.ports) / "CanvOS"):
            try:
                if (await self.ports.git.state(folder)).place is Place.CANVOS:
                    return folder
            except CanvosError:
                continue
        return None


def source_of(ports: Ports, checkout: str | None, config: Draft | None, accepted: Mapping[str, str]) -> Source:
    """Raises InvalidValueError for a folder that cannot be meant."""
    if checkout:
        parse_folder(_absolute(checkout), _home(ports))
    return Source(ports, checkout, config, accepted)


def config_of(ports: Ports, name: str) -> Draft:
    """The draft of an answers file; InvalidValueError says what is wrong in it, FilesError why it cannot be read."""
    from canvos_tui.commands.config import read_config

    draft = read_config(ports, name)
    _known_ids(draft, name)
    return draft


def _known_ids(draft: Draft, config: str) -> None:
    from canvos_tui.core.checks.registry import CHECKS
    from canvos_tui.core.checks.selection import Wish, unknown_word

    if problem := unknown_word(CHECKS, Wish(accept=tuple(draft.accepted))):
        raise InvalidValueError(f"{config}: {problem[0].replace(GIVEN, 'accept')}", remedy=problem[1])


def _absolute(folder: str) -> str:
    return folder if folder.startswith(("/", "~")) else str(Path.cwd() / folder)


def _home(ports: Ports) -> Path:
    return Path(ports.environ.get("HOME") or Path.home())


def _with_keys(draft: Draft, found: AwsKeys | None, ports: Ports) -> Draft:
    """Those of .secret, which a build would use; else those of the environment."""
    if found is not None:
        return draft.after(KeysGiven(found, Origin.SECRET))
    key_id, secret, token = (ports.environ.get(n, "") for n in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"))
    if not (key_id and secret):
        return draft
    return draft.after(KeysGiven(AwsKeys(key_id, Secret(secret), Secret(token) if token else None), Origin.ENVIRONMENT))
