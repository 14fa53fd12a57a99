"""What the files of many tags say of step 16, asked of git in at most three processes, however many tags there are."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import replace

from canvos_tui.adapters.git.process import Git
from canvos_tui.adapters.git.words import Stored, git_error, read_batch
from canvos_tui.core.checkout.earthfile import LINKED, LOST, Earthfile, read_earthfile
from canvos_tui.core.checkout.import_script import ImportScript, read_script
from canvos_tui.core.checkout.state import BAKE, EARTHFILE, PROGRAM

_FLAWS = {"symlink": LINKED, **dict.fromkeys(("dangling", "loop", "notdir"), LOST)}


async def read_tags(git: Git, names: Sequence[str]) -> tuple[Earthfile, ...]:
    """One for each of the tags, in their order."""
    kept: dict[tuple[str, bytes], Earthfile] = {}
    found = []
    for one in await _ask(git, [f"refs/tags/{name}:{EARTHFILE}" for name in names], bodies=True):
        key = one.kind, one.body
        if key not in kept:
            kept[key] = _read(one)
            await asyncio.sleep(0)  # some milliseconds each, and a screen may be waiting for its keys
        found.append(kept[key])
    return await _with_what_is_beside(git, names, found)


def _read(one: Stored) -> Earthfile:
    if one.kind in _FLAWS:
        return Earthfile(has_target=False, flaw=_FLAWS[one.kind])
    return read_earthfile(one.body if one.kind == "blob" else None)


async def _with_what_is_beside(git: Git, names: Sequence[str], found: Sequence[Earthfile]) -> tuple[Earthfile, ...]:
    wanted = [(PROGRAM, BAKE, *one.copies) for one in found]
    asked = [f"refs/tags/{name}:{path}" for name, paths in zip(names, wanted, strict=True) for path in paths]
    answers = iter(await _ask(git, asked, bodies=False))
    beside = [{path: next(answers) for path in paths} for paths in wanted]
    scripts = await _scripts(git, {there[one.script].id for one, there in zip(found, beside, strict=True) if one.script})
    return tuple(
        replace(
            one,
            lacks=tuple(path for path, stored in there.items() if path != BAKE and not stored.there),
            bakes=there[BAKE].there,
            unsaid=script.unsaid,
            traces=script.traces,
        )
        for one, there in zip(found, beside, strict=True)
        for script in (scripts.get(there[one.script].id, ImportScript()) if one.script else ImportScript(),)
    )


async def _scripts(git: Git, scripts: Iterable[str]) -> dict[str, ImportScript]:
    """What each of these import scripts says of itself, by its id; nearly all tags have the same one."""
    ids = sorted(filter(None, scripts))
    bodies = await _ask(git, ids, bodies=True) if ids else []
    return {one: read_script(stored.body) for one, stored in zip(ids, bodies, strict=True)}


async def _ask(git: Git, names: Sequence[str], *, bodies: bool) -> list[Stored]:
    done = await git.run(
        "cat-file", "--batch" if bodies else "--batch-check", "--follow-symlinks", stdin="".join(f"{n}\n" for n in names).encode()
    )
    if done.code:
        raise git_error("cat-file", done.err)
    return read_batch(done.out, len(names), bodies=bodies)
