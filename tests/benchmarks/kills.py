"""`kill -9` in the middle of a run, many times: `python -m tests.benchmarks.kills [ROUTE...] [KILLS]`.

Supervisor and build are killed by the stand-in for AWS itself, when the request of that moment arrives: before it is done, or after it is
done and before its answer leaves. Moments are spread over the upload or the blocks, and stand on both sides of every request that begins
or ends a stage. Each run is then gone on from, and what is in the account at the end is looked at: one object (none on the direct route),
one snapshot, one AMI, all bytes equal to the raw image by the digests that the stand-in took, and how many parts or blocks came twice.
Before it is gone on from, what `status` and `leftovers` say of it is held against the account: all that is there, and nothing else.
A guide's run that dies before its object is whole has left nothing to go on from, as its raw image lies in the build: it is built again.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import signal
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from unittest import mock

from canvos_tui.adapters.aws.boto import BotoDoor
from canvos_tui.adapters.aws.raw_file import SMALLEST, RawFile
from canvos_tui.adapters.aws.upload import WORKERS
from canvos_tui.adapters.runs.local_runs import LocalRuns
from canvos_tui.core.answers.beginning import fresh
from canvos_tui.core.answers.draft import FieldAnswered, FolderChosen, KeysGiven, RouteChosen, TagChosen
from canvos_tui.core.answers.routes import Route
from canvos_tui.core.aws.blocks import BLOCK
from canvos_tui.core.aws.crc32 import text_of
from canvos_tui.core.aws.crew import FIRST
from canvos_tui.core.aws.keys import KeySource
from canvos_tui.core.errors import RunError
from canvos_tui.core.leftovers.collect import collect
from canvos_tui.core.ports import Ports
from canvos_tui.core.readiness import make_plan
from canvos_tui.core.run.outcome import Outcome
from canvos_tui.core.run.result import RunResult
from canvos_tui.core.run.run import BuildPlan
from canvos_tui.core.stages.resume import begin, look, start_of
from canvos_tui.core.verdict.aftermath import final_result
from canvos_tui.rehearsal.aws.config import StandinConfig, StandinKey
from canvos_tui.rehearsal.aws.protocol import HangUpError, HttpAnswer, Request
from canvos_tui.rehearsal.aws.server import StandinAws
from canvos_tui.rehearsal.build import PACE_VARIABLE, SIZE
from canvos_tui.rehearsal.import_script import PART
from canvos_tui.rehearsal.repository import _script
from canvos_tui.rehearsal.repository_files import files_of
from canvos_tui.wiring import real_ports
from tests.runs import KEY_ID, KEYS, SECRET, Site, opened
from tests.waiting import until

TAG, KEY, BUCKET, REGION = "v4.9.38", "edge.raw", "images", "us-east-1"
PARTS, BLOCKS = 12, 40  # of the file that is sent; of the blocks another half is zeros


@dataclass(frozen=True)
class Moment:
    """The `count`-th such request since the run began; `done` says that it is carried out before its sender dies."""

    request: str
    count: int = 1
    done: bool = False

    def __str__(self) -> str:
        return f"{'after' if self.done else 'before'} {self.request} {self.count}"


def _both(*requests: str) -> list[Moment]:
    return [Moment(request, 1, done) for request in requests for done in (False, True)]


def _spread(request: str, last: int, many: int) -> list[Moment]:
    """So many moments between the first and the last request, every other one after it was carried out."""
    return [Moment(request, 1 + n * (last - 1) // max(1, many - 1), bool(n % 2)) for n in range(many)]


_END = _both("RegisterImage", "CreateTags")
MOMENTS = {
    Route.DIRECT: [
        *_both("StartSnapshot", "CompleteSnapshot"),
        *_spread("PutSnapshotBlock", BLOCKS, 20),
        Moment("ListSnapshotBlocks", 1, True),
        *_END,
        Moment("DescribeImages", 4, True),
    ],
    Route.TWO_STAGE: [
        *_both("CreateMultipartUpload", "CompleteMultipartUpload", "ImportSnapshot"),
        *_spread("UploadPart", PARTS, 18),
        *(Moment("DescribeImportSnapshotTasks", n, True) for n in (4, 8)),
        *_END,
    ],
    Route.GUIDE: [
        *_both("CreateMultipartUpload", "CompleteMultipartUpload", "ImportSnapshot", "RegisterImage"),
        *_spread("UploadPart", SIZE // PART, 12),
        *(Moment("DescribeImportSnapshotTasks", n, bool(n % 2)) for n in range(4, 10)),
        *(Moment("DescribeImages", n, True) for n in (3, 4, 5, 6)),
    ],
}


def chosen(route: Route, many: int) -> list[Moment]:
    """So many of a route's moments, over all of them."""
    every = MOMENTS[route]
    return [every[n * len(every) // many] for n in range(min(many, len(every)))]


class DeadlyAws(StandinAws):
    """Counts requests, and calls `strike` when that of the moment arrives."""

    def __init__(self, config: StandinConfig) -> None:
        super().__init__(config)
        self.strike: Callable[[], None] = lambda: None
        self.parts: Counter[str] = Counter()
        self.arm(None)

    def arm(self, moment: Moment | None) -> None:
        """Counts anew."""
        self.seen: Counter[str] = Counter()
        self.moment, self.struck = moment, threading.Event()

    def handle(self, request: Request) -> tuple[str, HttpAnswer]:
        """As ever, but for the one."""
        name, moment = named(request), self.moment
        with self._count:
            self.seen[name] += 1
            now = moment is not None and not self.struck.is_set() and name == moment.request and self.seen[name] == moment.count
            if now:
                self.struck.set()
        if name == "UploadPart":
            with self._count:
                self.parts[request.query["partNumber"]] += 1
        if not now:
            return super().handle(request)
        assert moment is not None
        if moment.done:
            super().handle(request)
        self.strike()
        raise HangUpError


def named(request: Request) -> str:
    """The operation of a request, by its AWS name where it is one that is counted."""
    query, path = request.query, request.raw_path
    if path.startswith("/snapshots"):
        known = {("POST", 1): "StartSnapshot", ("GET", 3): "ListSnapshotBlocks", ("PUT", 4): "PutSnapshotBlock"}
        return "CompleteSnapshot" if "/completion/" in path else known.get((request.method, path.count("/")), "")
    if "uploads" in query and request.method == "POST":
        return "CreateMultipartUpload"
    if "uploadId" in query:
        return {"PUT": "UploadPart", "POST": "CompleteMultipartUpload", "GET": "ListParts"}.get(request.method, "")
    return request.form.get("Action", "")


@dataclass(frozen=True)
class Told:
    """What came of one kill. `again` are the parts or blocks that came twice, `built` how often the image was built."""

    moment: Moment
    reached: bool
    again: int
    built: int
    seconds: float
    wrong: tuple[str, ...]


class World:
    """One place for runs and one account, for one kill; `given` is the image that a build leaves, where it is a file of its own."""

    def __init__(self, route: Route, given: Path, site: Site, aws: DeadlyAws) -> None:
        self.route, self.given, self.site, self.aws = route, given, site, aws
        kept = {"PATH": os.environ["PATH"], "HOME": str(site.root), "AWS_ENDPOINT_URL": os.environ["AWS_ENDPOINT_URL"]}
        keys = {"AWS_ACCESS_KEY_ID": KEY_ID, "AWS_SECRET_ACCESS_KEY": SECRET}
        self.ports: Ports = replace(real_ports({**kept, **keys}), runs=LocalRuns(site.state, pace=0.005))
        self._whole, self._noted = False, False  # whether the object was there when it died, and the record said what was built
        self._prepare()

    def _prepare(self) -> None:
        """The image that is built, and what builds it: a copy, or the played build of a rehearsal."""
        for name, text in files_of(TAG, TAG, target=True).items():
            (self.site.checkout / name).parent.mkdir(parents=True, exist_ok=True)
            (self.site.checkout / name).write_text(text, encoding="utf-8")
        if self.route is Route.GUIDE:
            script = _script(sys.executable, "success")
            args = {"REGION": REGION, "S3_BUCKET": BUCKET, "S3_KEY": KEY, "OS_DISTRIBUTION": "ubuntu", "OS_VERSION": "24.04"}
            (self.site.checkout / ".arg").write_text("".join(f"{name}={text}\n" for name, text in args.items()))
            (self.site.checkout / ".secret").write_text(f"AWS_PROFILE=\nAWS_ACCESS_KEY_ID={KEY_ID}\nAWS_SECRET_ACCESS_KEY={SECRET}\n")
        else:
            script = f"#!/bin/bash\nmkdir -p build\necho '+base-image | --> FROM alpine'\nexec cp '{self.given}' build/kairos-1.raw\n"
        (self.site.checkout / "earthly.sh").write_text(script.replace("exec ", "echo built >> times\nexec "), encoding="utf-8")
        (self.site.checkout / "earthly.sh").chmod(0o755)

    def killed_at(self, moment: Moment) -> Told:
        """One run that is killed then, and all that follows."""
        began = time.monotonic()
        self.aws.arm(moment)
        run_id = self.started()
        self.aws.strike = lambda: self._strike(run_id)
        until(lambda: self.aws.struck.is_set() or self._result(run_id) is not None, 60)
        reached = self.aws.struck.is_set()
        wrong = []
        if reached:
            until(lambda: (found := self._result(run_id)) is not None and found.outcome is Outcome.INTERRUPTED)
            until(lambda: not any(left.kind == "process" for left in self.site.result(run_id).left_behind))
        if self.route is not Route.GUIDE and not self._noted:
            wrong.append("AWS was asked for something before it was noted what was built")
        self.aws.moment = None
        cloud = self.aws.cloud
        until(lambda: all(cloud.state_of(image) == "available" for image in cloud.images.values()))
        if reached:
            wrong += self.untrue(run_id)
        try:
            result = self.gone_on(run_id)
        except RunError as error:
            if self.route is not Route.GUIDE or self._whole:  # else the raw image lay in nothing but the build that died
                wrong.append(f"not gone on from: {error}")
            result = self.site.result(self.started())
        wrong += self.wrong(result)
        built = (self.site.checkout / "times").read_text().count("built")
        return Told(moment, reached, self._again(), built, time.monotonic() - began, tuple(wrong))

    def _strike(self, run_id: str) -> None:
        self._whole = bool(self.aws.cloud.buckets[BUCKET].objects)
        self._noted = '"raw"' in (self.site.folder(run_id) / "events.jsonl").read_text(encoding="utf-8")
        told = json.loads((self.site.folder(run_id) / "supervisor.json").read_text(encoding="utf-8"))
        os.kill(told["pid"], signal.SIGKILL)
        os.killpg(told["build"], signal.SIGKILL)

    def started(self) -> str:
        """A run of the route."""
        return asyncio.run(self._start())

    async def _start(self) -> str:
        if self.route is Route.GUIDE:
            base = await (await BotoDoor().open(KEYS, REGION)).baseline(BUCKET, KEY)
            words = ("./earthly.sh", "+aws-cloud-image", "--ARCH=amd64")
            plan = BuildPlan(str(self.site.checkout), TAG, words, base, endpoint=os.environ["AWS_ENDPOINT_URL"])
        else:
            draft = (
                fresh(self.ports.environ).after(FolderChosen(self.site.checkout, "")).after(TagChosen(TAG)).after(RouteChosen(self.route))
            )
            bucket = {"S3_BUCKET": BUCKET} if self.route.needs_bucket else {}
            for name, text in {"REGION": REGION, "S3_KEY": KEY, **bucket}.items():
                draft = draft.after(FieldAnswered(name, text))
            plan = await make_plan(self.ports, draft.after(KeysGiven(KEYS, KeySource.ENVIRONMENT)))
        return await self.ports.runs.start(plan, KEYS)

    def _result(self, run_id: str) -> RunResult | None:
        return asyncio.run(self.ports.runs.result(run_id))

    def gone_on(self, run_id: str) -> RunResult:
        """What comes of it when it is gone on from; RunError where it cannot be."""

        async def go_on() -> str:
            ground = await look(self.ports, run_id)
            start = start_of(ground)
            return await begin(self.ports, ground, start) if start is not None else ""

        if on := asyncio.run(go_on()):
            return self.site.result(on)
        done = asyncio.run(final_result(self.ports, run_id))  # it was registered before it died
        assert done is not None
        return done

    def untrue(self, run_id: str) -> Iterator[str]:
        """What `status` says of a run that was killed and is not in the account, and what is there and `leftovers` does not say either."""
        (info,) = [info for info in asyncio.run(self.ports.runs.infos()) if info.run_id == run_id]
        if info.live or info.outcome is not Outcome.INTERRUPTED:
            yield f"listed as {info.outcome}"
        before = self._there()
        told = asyncio.run(final_result(self.ports, run_id))
        listed = {thing.id for thing in asyncio.run(collect(self.ports)).things}
        after, images = self._there(), self.aws.cloud.images  # what AWS still worked on may have come to its end meanwhile
        assert told is not None
        if (told.outcome is Outcome.SUCCEEDED) is not bool(images):
            yield f"called {told.outcome.value}, and there are {len(images)} AMIs"
        said = {left.id for left in told.left_behind if left.kind not in {"file", "process"}}
        made = {told.ami, told.snapshot} if told.outcome is Outcome.SUCCEEDED else set()
        there = before & after
        yield from (f"{name} is there and not told of" for name in there - said - made)
        yield from (f"{name} is there and not listed as left over" for name in there - listed if name not in made)
        yield from (f"{name} is told of and not there" for name in (said | made) - (before | after))

    def _there(self) -> set[str]:
        """All that is in the account by its id; of imports those that AWS works on."""
        cloud, bucket = self.aws.cloud, self.aws.cloud.buckets[BUCKET]
        cloud.settle()
        running = {name for name, task in cloud.tasks.items() if cloud.look(task).status in {"pending", "active"}}
        return {*cloud.images, *cloud.snapshots, *running, *bucket.uploads, *(f"s3://{BUCKET}/{key}" for key in bucket.objects)}

    # -- the end -----------------------------------------------------------------------------------------

    def wrong(self, result: RunResult) -> Iterator[str]:
        """What in the account is not as one whole run leaves it."""
        cloud = self.aws.cloud
        found = {"AMIs": len(cloud.images), "snapshots": len(cloud.snapshots), "objects": len(cloud.buckets[BUCKET].objects)}
        wanted = {"AMIs": 1, "snapshots": 1, "objects": int(self.route.needs_bucket)}
        yield from (f"{found[name]} {name}" for name in wanted if found[name] != wanted[name])
        if result.outcome is not Outcome.SUCCEEDED or result.ami not in cloud.images:
            yield f"{result.outcome.value}: {result.cause}"
        elif cloud.images[result.ami].snapshot_id not in cloud.snapshots:
            yield "the AMI is of another snapshot"
        yield from (self._other_blocks() if self.route is Route.DIRECT else self._other_object())

    def _other_blocks(self) -> Iterator[str]:
        data = self.given.read_bytes()
        blocks = {n: data[at : at + BLOCK].ljust(BLOCK, b"\0") for n, at in enumerate(range(0, len(data), BLOCK))}
        wanted = {n: hashlib.sha256(block).digest() for n, block in blocks.items() if any(block)}
        if [found.digests for found in self.aws.ebs.snapshots.values()] != [wanted]:
            yield "the snapshot's blocks are not those of the file"

    def _other_object(self) -> Iterator[str]:
        """ETag and size prove every part; where the upload is ours, a checksum of the whole does as well."""
        for stored in self.aws.cloud.buckets[BUCKET].objects.values():
            if self.route is Route.GUIDE:
                parts, size, crc = [bytes(PART)] * (SIZE // PART), SIZE, ""
            else:
                data = self.given.read_bytes()
                parts, size, crc = (
                    [data[at : at + SMALLEST] for at in range(0, len(data), SMALLEST)],
                    len(data),
                    text_of(RawFile(self.given).whole()),
                )
            digest = hashlib.md5(b"".join(hashlib.md5(part).digest() for part in parts)).hexdigest()
            if (stored.size, stored.etag, stored.crc32) != (size, f'"{digest}-{len(parts)}"', crc):
                yield "the object's bytes are not those of the file"

    def _again(self) -> int:
        if self.route is Route.DIRECT:
            return sum(found.puts - len(found.digests) for found in self.aws.ebs.snapshots.values())
        return sum(self.aws.parts.values()) - len(self.aws.parts)


# how many parts or blocks may be on their way when it dies: as many more as at first after two seconds; all where it is built again
MOST = {Route.DIRECT: 2 * FIRST, Route.TWO_STAGE: WORKERS, Route.GUIDE: SIZE // PART}


def fill(route: Route, path: Path, parts: int = PARTS) -> Path:
    """The image of a route: so many parts, or blocks with holes between them and data that begins in the middle of one."""
    direct = route is Route.DIRECT
    with path.open("wb") as file:
        for number in range((BLOCKS if direct else parts) - 1):
            file.write(os.urandom(BLOCK if direct else SMALLEST))
            if direct and number % 2:
                file.seek(BLOCK // 2, os.SEEK_CUR)
        file.seek(BLOCK * BLOCKS // 4 if direct else 0, os.SEEK_CUR)
        file.write(b"the end")
    return path


@contextmanager
def world(route: Route, given: Path, folder: Path) -> Iterator[World]:
    """Leaves nothing behind but the folder."""
    account = StandinConfig(keys=(StandinKey(KEY_ID, SECRET),), buckets={BUCKET: REGION})
    aws = DeadlyAws(replace(account, import_seconds=0.6, image_seconds=0.2, seal_seconds=0.2, answer_seconds=0.005))
    with aws, opened(folder) as site:
        environ = {
            "AWS_ENDPOINT_URL": aws.start(),
            "AWS_EC2_METADATA_DISABLED": "true",
            "DOCKER_HOST": "unix:///nonexistent/docker.sock",
            "XDG_STATE_HOME": str(folder / "state"),
            PACE_VARIABLE: "0.005",
        }
        with mock.patch.dict(os.environ, environ):
            yield World(route, given, site, aws)


def killed(route: Route, moment: Moment, given: Path) -> Told:
    """One kill in a world of its own, beside the image."""
    with tempfile.TemporaryDirectory(dir=given.parent) as folder, world(route, given, Path(folder)) as here:
        return here.killed_at(moment)


def main() -> None:
    """A line for each kill, and the figures of each route."""
    words = sys.argv[1:]
    routes = [Route(word) for word in words if not word.isdigit()] or list(Route)
    many = next((int(word) for word in words if word.isdigit()), 30)
    for route in routes:
        with tempfile.TemporaryDirectory() as folder:
            given, told = fill(route, Path(folder) / "given.raw"), []
            for moment in chosen(route, many):
                told.append(one := killed(route, moment, given))
                line = f"{route.value:<10} {one.moment!s:<36} {'' if one.reached else 'NOT REACHED '}again {one.again:>2} built {one.built}"
                sys.stdout.write(f"{line} {one.seconds:5.1f} s {'; '.join(one.wrong)}\n")
                sys.stdout.flush()
        good = sum(not one.wrong and one.reached for one in told)
        twice, again = [one.again for one in told if one.built == 1], sum(one.built > 1 for one in told)
        sent = f"sent again at most {max(twice, default=0)} (of {MOST[route]} on their way), {sum(twice)} in all"
        sys.stdout.write(f"{route.value}: {good} of {len(told)} kills ended whole; {sent}; built again {again} times\n")


if __name__ == "__main__":
    main()
