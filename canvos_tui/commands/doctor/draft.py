"""What the doctor knows before it asks: the answers file, or what the files of a checkout say; the keys of .secret or the environment."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import field
from pathlib import Path

from canvos_tui.core.answers import fields
from canvos_tui.core.answers.beginning import fresh
from canvos_tui.core.answers.draft import ArgFound, CheckAccepted, Draft, FolderChosen, KeysGiven, RouteChosen, TagChosen, answer_for
from canvos_tui.core.answers.draft_file import from_data
from canvos_tui.core.answers.routes import Route
from canvos_tui.core.aws.facts import AwsKeys
from canvos_tui.core.aws.keys import KeySource, keys_in, to_judge, to_use
from canvos_tui.core.checkout import arg_file
from canvos_tui.core.checkout.key_places import look_for_keys
from canvos_tui.core.checkout.state import BAKE, GUIDE_FILES, Place, checkout_id, is_canvos, parse_folder
from canvos_tui.core.checks.reports import whole_report
from canvos_tui.core.checks.selection import GIVEN
from canvos_tui.core.errors import CanvosError, InvalidValueError
from canvos_tui.core.ports import Ports
from canvos_tui.core.values import dataclass


@dataclass(frozen=True)
class Source:
    """Where the answers come from. `config` is an answers file's draft; without one the files of the checkout count as they are."""

    ports: Ports
    checkout: str | None = None
    config: Draft | None = None
    accepted: Mapping[str, str] = field(default_factory=dict)
    route: Route | None = None  # None: that of the answers
    name: str = ""  # of the answers file

    @property
    def final(self) -> bool:
        """Whether a build would read the files as they are now."""
        return self.config is None

    def origin(self, draft: Draft) -> str:
        """Where the answers came from, in words; which keys are used is said too."""
        folder = draft.folder if draft.folder is not None and draft.folder.is_dir() else None
        there = ".arg of the checkout" if folder and (folder / ".arg").is_file() else "none, the checkout has no .arg"
        files = self.name if self.config is not None else there if folder else "none, there is no checkout"
        places = {KeySource.ENVIRONMENT: "the environment", KeySource.PROFILE: "an AWS profile", KeySource.SECRET: ".secret"}
        return f"{files}; keys: {places.get(draft.key_source, 'the answers') if draft.keys is not None else 'none'}"

    async def draft(self) -> tuple[Draft, str]:
        """The draft to check, and what could not be read for it: empty when all could. Nothing is sourced, nothing written."""
        draft, trouble = await (self._of_config(self.config) if self.config is not None else self._of_files())
        if self.route is not None:
            draft = draft.after(RouteChosen(self.route))
        for name, reason in self.accepted.items():
            draft = draft.after(CheckAccepted(name, reason))
        return draft, trouble

    async def _of_config(self, draft: Draft) -> tuple[Draft, str]:
        if self.checkout:
            draft = draft.after(FolderChosen(parse_folder(_absolute(self.checkout), _home(self.ports)), draft.repository))
        found, trouble = await self._keys(draft.folder)
        return self._with_keys(draft, found), trouble

    def _with_keys(self, draft: Draft, found: Mapping[KeySource, AwsKeys]) -> Draft:
        """The keys that a build would read, and whether another place holds others; with no keys in the build those that we would use."""
        route = self.route or draft.route
        placed = to_judge(found) if route.keys_in_build else to_use(found)
        return draft if placed is None else draft.after(KeysGiven(placed.keys, placed.source, placed.differing))

    async def _keys(self, folder: Path | None) -> tuple[dict[KeySource, AwsKeys], str]:
        """The keys by place, and what could not be read; those of the environment count all the same."""
        try:
            return await look_for_keys(self.ports, folder), ""
        except CanvosError as error:
            exported = keys_in(self.ports.environ)
            return {KeySource.ENVIRONMENT: exported} if exported is not None else {}, str(error)

    async def _of_files(self) -> tuple[Draft, str]:
        ports, folder = self.ports, await self._folder()
        draft = fresh(ports.environ, folder, guide=False)  # a build takes no default of ours
        found, trouble = await self._keys(folder)
        if folder is None:
            return self._with_keys(draft, found), trouble
        draft = await self._with_kept(draft.after(FolderChosen(folder, draft.repository)), folder)
        try:
            async with asyncio.timeout(whole_report.GIT_PATIENCE):
                draft = draft.after(TagChosen((await ports.git.state(folder)).tag))
        except TimeoutError:
            trouble = f"git gives no answer within {whole_report.GIT_PATIENCE:.0f} s"
        except CanvosError as error:  # the checks of these files say it in full
            trouble = str(error)
        try:
            draft = draft.after(ArgFound(arg_file.parse(await ports.files.read_own(folder, ".arg") or b"").values))
        except CanvosError as error:
            trouble = trouble or str(error)
        return self._with_keys(draft, found), trouble

    async def _with_kept(self, draft: Draft, folder: Path) -> Draft:
        """No file of a checkout says which Palette it is for, and by which route: the answers that the wizard keeps for it may."""
        with suppress(CanvosError):  # nothing else hangs on it
            kept = from_data(await self.ports.files.load_draft(checkout_id(folder)))
            if kept is not None:
                draft = draft.after(RouteChosen(kept.route))
            if kept is not None and kept.text(fields.PALETTE.key):
                return draft.after(answer_for(fields.PALETTE, kept.text(fields.PALETTE.key)))
        return draft

    async def _folder(self) -> Path | None:
        """The folder that was named; else the checkout that the person stands in, whatever state it is in; else ~/CanvOS."""
        if self.checkout:
            return parse_folder(_absolute(self.checkout), _home(self.ports))
        here = Path.cwd()
        for folder in (here, *here.parents):
            if await self._looks_like_canvos(folder):
                return folder
        usual = _home(self.ports) / "CanvOS"
        try:
            async with asyncio.timeout(whole_report.GIT_PATIENCE):
                there = (await self.ports.git.state(usual)).place
        except (CanvosError, TimeoutError):  # something is there that git does not get on with: that is what is to be judged
            return usual
        return None if there is Place.ABSENT else usual

    async def _looks_like_canvos(self, folder: Path) -> bool:
        """Some of the files that the guide names are enough: a checkout can be broken, or be no git repository at all."""
        found = []
        for name in (*GUIDE_FILES, BAKE):
            with suppress(CanvosError):
                found += [name] if await self.ports.files.mode(folder / name) is not None else []
        return is_canvos(found)


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
    from canvos_tui.adapters.state_folder import home_of

    return home_of(ports.environ)
