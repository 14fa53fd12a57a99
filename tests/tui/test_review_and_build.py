"""Review, writing, build and result: keys in, files and painted screens out."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from canvos_tui.core.answers import draft as d
from canvos_tui.core.answers.draft_file import from_data, to_data
from canvos_tui.core.aws.facts import Bucket
from canvos_tui.core.aws.keys import KeySource
from canvos_tui.core.checkout import user_data
from canvos_tui.core.checks.check import CheckAnswer, CheckResult, Context
from canvos_tui.core.checks.files.user_data import cloud_config
from canvos_tui.core.checks.registry import CHECKS
from canvos_tui.core.checks.report import Report
from canvos_tui.core.errors import AwsError
from canvos_tui.core.secret import Secret
from canvos_tui.core.session import Session
from canvos_tui.core.status import Status
from canvos_tui.core.terminal.marks import Mark
from canvos_tui.tui.dialogs.read_text import ReadText
from canvos_tui.tui.messages import GoTo
from canvos_tui.tui.painting.answers import answer_rows
from canvos_tui.tui.widgets.phase_list import PhaseList
from tests.tui import story
from tests.tui.conftest import SECRET, answered
from tests.tui.fakes import NOW
from tests.tui.screen import push, see, text_of, type_text, until

READY = Session(report=Report(()), rights_for="...MPLE/eu-west-1/acme-edge-images/palette-learn/guide")


async def test_the_diff_is_shown_before_anything_is_written(make_app, full, checkout):
    app = make_app(full, page="review", known=READY)
    async with app.run_test(size=(80, 24)) as pilot:
        painted = await see(pilot, ".arg", "new, ", "Write and build")
        assert SECRET not in painted
        await pilot.press("d")
        assert await see(pilot, "Changes in")
        await pilot.press("end")
        whole = await see(pilot, "+S3_KEY=palette-learn")
        assert SECRET not in whole
        await pilot.press("escape")
        assert not (checkout / ".arg").exists()
        assert not (checkout / ".secret").exists()


async def test_write_only_writes_all_files_and_starts_nothing(make_app, ports, full, checkout):
    app = make_app(full, page="review", known=READY)
    async with app.run_test(size=(80, 24)) as pilot:
        assert await see(pilot, "new, 16 lines")
        await push(pilot, "#write-only")
        assert await see(pilot, "written: .arg, .secret")
    assert "S3_BUCKET=acme-edge-images" in (checkout / ".arg").read_text()
    assert SECRET in (checkout / ".secret").read_text()
    assert (checkout / ".secret").stat().st_mode & 0o777 == 0o600
    assert ports.runs.started == []


async def test_a_dry_run_writes_nothing(make_app, full, checkout):
    app = make_app(full, page="review", known=READY)
    async with app.run_test(size=(80, 24)) as pilot:
        assert await see(pilot, "new, 16 lines")
        await push(pilot, "#dry-run")
        await pilot.press("end")
        assert await see(pilot, "Nothing was written")
        await pilot.press("escape")
        await until(pilot, lambda: len(app.screen_stack) == 1)
        await pilot.pause()
        assert app.focused is not None
        assert app.focused.id == "dry-run", "whoever read it stands where he stood: Enter there must not be another key"
    assert not (checkout / ".arg").exists()


async def test_build_is_refused_with_the_reason_while_something_is_wrong(make_app, ports, full):
    wrong = replace(READY, bucket=Bucket("acme-edge-images", True, "us-west-2"))
    app = make_app(full, page="review", known=wrong)
    async with app.run_test(size=(80, 24)) as pilot:
        assert await see(pilot, "✗ Bucket", "↵ type it")
        await push(pilot, "#write-build")
        await until(pilot, lambda: app.current_mode == "s3")
    assert ports.runs.started == []


async def test_write_and_build_starts_the_run_and_ends_on_the_result(make_app, ports, full, checkout):
    ports.runs.events = [story.ENDED]
    ports.runs.results[story.RUN] = story.SUCCESS
    app = make_app(full.after(d.UserDataChosen(d.UserData.NONE)), page="review", known=READY)
    async with app.run_test(size=(80, 24)) as pilot:
        assert await see(pilot, "new, 16 lines")
        await push(pilot, "#write-build")
        assert await see(pilot, "Your image is ready", "ami-0a1b2c3d4e5f67890")
    plan, keys, _ = ports.runs.started[0]
    assert plan.command == ("./earthly.sh", "+aws-cloud-image", "--ARCH=amd64")
    assert plan.checkout == str(checkout)
    assert keys.secret.reveal() == SECRET
    assert SECRET not in repr(plan)


async def test_a_user_data_that_was_written_is_checked_like_any_other(make_app, ports, full, checkout):
    text = user_data.template("api.spectrocloud.com", "abcdefghijkl")
    full = full.after(d.FieldAnswered("PALETTE_ENDPOINT", "api.spectrocloud.com"))
    app = make_app(full.after(d.UserDataChosen(d.UserData.TEMPLATE, token=Secret("abcdefghijkl"))), page="review", known=READY)
    async with app.run_test(size=(80, 24)) as pilot:
        assert await see(pilot, "new, 16 lines")
        await push(pilot, "#write-only")
        await until(pilot, lambda: app.draft.user_data is d.UserData.CHECKOUT)
        assert (checkout / "user-data").read_text() == text
        answer = await cloud_config(Context(ports, app.draft))
    assert (answer.status, answer.observed) == (Status.PASS, "endpoint and token are there")


async def test_a_warning_on_the_review_is_read_to_its_end(make_app, full):
    app = make_app(full.after(d.FieldAnswered("OS_VERSION", "23.10")), page="review", known=READY)
    async with app.run_test(size=(80, 24)) as pilot:
        painted = await see(pilot, "▲ System", "▲ user-data")
        words = " ".join(re.sub(r"[│\s]+", " ", painted).split())
        assert "known for ubuntu 23.10; it shows when the build pulls it" in words


def test_what_is_ready_so_far_is_not_marked_as_done_and_no_user_data_is_a_warning(full):
    checks = CHECKS[:2]
    passed = CheckResult(checks[0], CheckAnswer(Status.PASS, "as it should be", ""), NOW)
    known = replace(READY, report=Report(checks, {passed.check.id: passed}))
    first, *_, last = answer_rows(full.after(d.UserDataChosen(d.UserData.NONE)), known, (), user_data=False)
    assert (first.row.value, first.mark) == ("ready so far", Mark.UNKNOWN)
    assert (last.row.name, last.mark) == ("user-data", Mark.WARNING)


async def test_while_a_build_of_this_checkout_runs_the_first_button_watches_it(make_app, ports, full):
    ports.runs.plans[story.RUN], ports.runs.keep_open = story.PLAN, True
    known = replace(READY, run_id=story.RUN, plan=replace(story.PLAN, checkout=str(full.folder)))
    app = make_app(full.after(d.UserDataChosen(d.UserData.NONE)), page="review", known=known)
    async with app.run_test(size=(80, 24)) as pilot:
        await see(pilot, "[ Watch the build ]", "F8 Watch the build")
        await pilot.press("f8")
        await until(pilot, lambda: app.current_mode == "build")
        ports.runs.keep_open = False
    assert ports.runs.started == []


async def test_no_user_data_is_asked_about_before_the_build(make_app, ports, full):
    app = make_app(full, page="review", known=READY)
    async with app.run_test(size=(80, 24)) as pilot:
        assert await see(pilot, "none: instances will not join Palette")
        await push(pilot, "#write-build")
        assert await see(pilot, "There is no user-data file")
        await pilot.press("enter")
        await until(pilot, lambda: len(app.screen_stack) == 1)
    assert ports.runs.started == []


async def test_aws_out_of_reach_at_the_baseline_is_said_and_nothing_starts(make_app, ports, full, monkeypatch):
    async def refuse(*_: object) -> None:
        raise AwsError("no route to ec2.eu-west-1.amazonaws.com", code="no-network", remedy="check the network")

    monkeypatch.setattr(ports.aws.account, "baseline", refuse)
    app = make_app(full.after(d.UserDataChosen(d.UserData.NONE)), page="review", known=READY)
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        assert await see(pilot, "new, 16 lines")
        await push(pilot, "#write-build")
        assert await see(pilot, "no route to ec2")
        assert app.current_mode == "review"
    assert ports.runs.started == []


@pytest.fixture
def following(ports, make_app):
    def open_on(events, *, minutes: float, result=None):
        ports.runs.plans[story.RUN] = story.PLAN
        ports.runs.events = [events]
        ports.runs.keep_open = result is None
        if result is not None:
            ports.runs.results[story.RUN] = result
        ports.clock.move(minutes * 60)
        return make_app(draft=answered(Path(story.PLAN.checkout)), page="build", known=Session(run_id=story.RUN))

    return open_on


async def test_the_import_shows_aws_own_percentage_and_message(following, ports):
    app = following(story.IMPORTING, minutes=77)
    async with app.run_test(size=(80, 24)) as pilot:
        painted = await see(pilot, "42 %", "active: downloading/converting", "Prepare · Base")
        assert "1:17:00" in painted
        ports.runs.keep_open = False


async def test_the_log_is_followed_and_scrolling_up_pauses(following, ports):
    ports.runs.lines = "".join(f"line {n}\n" for n in range(1000))
    app = following(story.BUILDING, minutes=14)
    async with app.run_test(size=(80, 24)) as pilot:
        assert await see(pilot, "line 999", "FOLLOWING")
        await pilot.press("pageup")
        assert await see(pilot, "PAUSED +0 new")
        assert "line 999" not in text_of(app)
        with ports.runs.log_path(story.RUN).open("a") as log:
            log.write("late\nlater\n")
        assert await see(pilot, "PAUSED +2 new")
        await pilot.press("end")
        assert await see(pilot, "later", "FOLLOWING")
        ports.runs.keep_open = False


async def test_control_characters_of_a_log_never_reach_the_terminal(following, ports):
    ports.runs.lines = "\x1b]0;evil\x07\x1b[31mred\x1b[0m [bold]not markup[/bold] \x1b[2J\x07 tail\n"
    app = following(story.BUILDING, minutes=14)
    async with app.run_test(size=(80, 24)) as pilot:
        painted = await see(pilot, "red", "[bold]not markup[/bold]", "tail")
        assert "\x1b" not in painted
        assert "\x07" not in painted
        ports.runs.keep_open = False


async def test_quitting_asks_and_detach_leaves_the_build_alone(following, ports):
    app = following(story.BUILDING, minutes=14)
    async with app.run_test(size=(80, 24)) as pilot:
        assert await see(pilot, "Installer image")
        assert await see(pilot, "x Cancel ", "F1 Help  ^Q Detach")
        await pilot.press("ctrl+q")
        assert await see(pilot, "a build is running", "Detach")
        await pilot.press("escape")
        await until(pilot, lambda: len(app.screen_stack) == 1)
        assert app.is_running
        await pilot.press("ctrl+c")
        assert await see(pilot, "Detach")
        await pilot.press("enter")
        await until(pilot, lambda: not app.is_running)
        ports.runs.keep_open = False
    assert ports.runs.cancelled == []


async def test_cancel_asks_first_and_forces_the_second_time(following, ports):
    app = following(story.BUILDING, minutes=14)
    async with app.run_test(size=(80, 24)) as pilot:
        assert await see(pilot, "Installer image")
        await pilot.press("x")
        assert await see(pilot, "Cancel the build?")
        await pilot.press("down", "enter")
        await until(pilot, lambda: ports.runs.cancelled == [False])
        ports.runs.keep_open = False


async def test_a_failure_names_cause_and_ways_on(following):
    app = following(story.IMPORTING, minutes=80, result=story.FAILURE)
    async with app.run_test(size=(80, 24)) as pilot:
        painted = await see(pilot, "FAILED in Snapshot import", "The service role vmimport is missing", "log line 1701")
        assert "Build again" in painted
        await pilot.press("f8")  # AWS has a part in that phase: what mends it comes first
        await until(pilot, lambda: app.current_mode == "aws")
        await pilot.press("escape")
        await until(pilot, lambda: app.current_mode == "result")


async def test_a_supervisor_that_is_gone_is_said(ports, make_app):
    ports.runs.plans[story.RUN] = story.PLAN
    ports.runs.events = [story.BUILDING]
    app = make_app(page="build", known=Session(run_id=story.RUN))
    async with app.run_test(size=(80, 24)) as pilot:
        assert await see(pilot, "the supervisor is gone")


async def test_a_run_that_ends_while_the_screen_is_taken_down_crashes_nothing(following, ports, monkeypatch):
    app = following(story.BUILDING, minutes=14)
    async with app.run_test(size=(80, 24)) as pilot:
        assert await see(pilot, "Installer image")
        phases = app.screen.query_one(PhaseList)
        await app.push_screen(ReadText("over it", "so that nothing is drawn below"))

        async def closing(run_id: str) -> None:
            await phases.remove()

        monkeypatch.setattr(ports.runs, "result", closing)
        following_it = [worker for worker in app.workers if worker.group == "follow"]
        assert following_it
        ports.runs.keep_open = False
        await app.workers.wait_for_complete(following_it)  # raises what the worker raised


async def test_an_unknown_run_is_an_error_with_a_remedy(make_app):
    app = make_app(page="build", known=Session(run_id="nope"))
    async with app.run_test(size=(80, 24)) as pilot:
        assert await see(pilot, "there is no run nope")


@pytest.mark.parametrize(
    ("page", "result", "words"), [("build", None, "42 %"), ("build", story.FAILURE, "FAILED in"), ("result", story.FAILURE, "FAILED in")]
)
async def test_continue_comes_back_to_the_build_where_it_was_left_or_to_its_result(following, make_app, ports, full, page, result, words):
    following(story.IMPORTING, minutes=77, result=result)
    left = from_data(to_data(full.after(d.PageReached(page, story.RUN))))
    app = make_app(left, page="start")
    async with app.run_test(size=(80, 24)) as pilot:
        assert await see(pilot, "Continue   at ")
        await pilot.press("enter")
        assert await see(pilot, words)
        app.post_message(GoTo("start"))
        assert await see(pilot, "Continue   at ")  # it is as it was when the start is only looked at
        await pilot.press("enter")
        assert await see(pilot, words)
        ports.runs.keep_open = False
    assert ports.runs.started == []


async def test_a_run_that_is_not_there_any_more_is_said_by_continue(make_app, full):
    app = make_app(full.after(d.PageReached("result", "gone")), page="start")
    async with app.run_test(size=(80, 24)) as pilot:
        assert await see(pilot, "Continue   at ")
        await pilot.press("enter")
        assert await see(pilot, "there is no run gone")


async def test_whoever_looks_at_the_start_can_go_back_to_where_he_was(make_app, full):
    app = make_app(full.after(d.PageReached("image")), page="image")
    async with app.run_test(size=(80, 24)) as pilot:
        assert await see(pilot, "CUSTOM_TAG")
        app.post_message(GoTo("start"))
        assert await see(pilot, "Continue   at Image")
        await pilot.press("enter")
        assert await see(pilot, "CUSTOM_TAG")


async def test_validate_looks_at_an_image_without_a_run(make_app, ports, full):
    app = make_app(full, page="result")
    async with app.run_test(size=(80, 24)) as pilot:
        assert await see(pilot, "Look at an image already built")
        await pilot.press("enter")
        assert await see(pilot, "palette-learn is not complete", "there is no AMI named palette-learn")
        ports.aws.account.images.append(story.AMI)
        await push(pilot, "#look")
        assert await see(pilot, "palette-learn found", "ami-0a1b2c3d4e5f67890 is available")


async def test_validate_leads_to_the_first_thing_that_it_names_as_missing(make_app, full):
    bare = full.after(d.FieldAnswered("REGION", "")).after(d.KeysGiven(None, KeySource.TYPED))
    app = make_app(bare, page="result")
    async with app.run_test(size=(80, 24)) as pilot:
        assert await see(pilot, "first needed: Region, AWS keys (screen Keys)")
        await push(pilot, "#look")
        assert await see(pilot, "● S3", "✗ needed to look for an image: Region, AWS keys (screen Keys)")
        await until(pilot, lambda: app.focused is not None and app.focused.id == "region")
        await type_text(pilot, "eu-west-1")
        app.post_message(GoTo("result"))
        assert await see(pilot, "first needed: AWS keys (screen Keys)")
        await push(pilot, "#look")
        assert await see(pilot, "● Keys")
        await until(pilot, lambda: app.focused is not None and app.focused.id == "aws-access-key-id")


async def test_a_foreign_line_that_bash_would_execute_keeps_the_build_from_starting(make_app, ports, full, checkout):
    (checkout / ".arg").write_text("EXTRA=$(touch /tmp/evil)\n")
    app = make_app(full.after(d.UserDataChosen(d.UserData.NONE)), page="review", known=READY)
    async with app.run_test(size=(80, 24)) as pilot:
        assert await see(pilot, ".arg", "the old one is kept")
        await push(pilot, "#write-build")
        assert await see(pilot, "✗ .arg line 1: bash would execute")
    assert ports.runs.started == []


async def test_the_end_of_the_build_answers_the_question_whether_to_leave_it(following, ports):
    app = following(story.ENDED, minutes=92)
    async with app.run_test(size=(80, 24)) as pilot:
        assert await see(pilot, "9 of 9 · ended")
        await pilot.press("ctrl+q")
        assert await see(pilot, "a build is running")
        ports.runs.results[story.RUN] = story.SUCCESS
        ports.runs.keep_open = False
        assert await see(pilot, "Your image is ready", "1:31:18")
        await pilot.press("escape")
        painted = await see(pilot, "ended")
        assert "a build is running" not in painted


async def test_what_is_written_follows_the_files_as_they_are_at_that_moment(make_app, full, checkout):
    app = make_app(full, page="review", known=READY)
    async with app.run_test(size=(80, 24)) as pilot:
        assert await see(pilot, "new, 16 lines")
        (checkout / ".arg").write_text("# made meanwhile\nMINE=1\n")
        await push(pilot, "#write-only")
        assert await see(pilot, "written: .arg")
    text = (checkout / ".arg").read_text()
    assert text.startswith("# made meanwhile\nMINE=1\n")
    assert "S3_BUCKET=acme-edge-images" in text
    assert [p.read_text() for p in checkout.glob(".arg.bak-*")] == ["# made meanwhile\nMINE=1\n"]
