"""`answers export`: a build from the file that it wrote is the build that was meant."""

from __future__ import annotations

import stat

from tests.on_stage import on_stage


def test_the_answers_of_a_run_make_the_same_build_again(tmp_path):
    with on_stage(tmp_path) as scene:
        first = scene.inside("run", "--config", scene.answers(), "--yes")
        assert first.returncode == 0, first.stderr
        run_id, arg = scene.infos()[0].run_id, (scene.checkout / ".arg").read_bytes()
        path = scene.home / "again.yaml"
        done = scene.inside("answers", "export", run_id, "--to", str(path))
        assert (done.returncode, done.stdout, done.stderr) == (0, "", f"wrote {path}\n")
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert scene.secret not in path.read_text()
        (scene.checkout / ".arg").unlink()
        other = scene.home / "other.yaml"
        key = next(line for line in path.read_text().splitlines() if line.startswith("S3_KEY: "))
        other.write_text(path.read_text().replace(key, "S3_KEY: another"))  # the first one's name is taken now
        again = scene.inside("run", "--config", str(other), "--dry-run")
        assert again.returncode == 0, again.stderr + again.stdout
        lines = [line for line in arg.decode().splitlines() if "=" in line and not line.startswith("S3_KEY=")]
        assert len(lines) > 10
        assert {f"+{line}" for line in lines} <= set(again.stderr.splitlines()), again.stderr
        refused = scene.inside("answers", "export", run_id, "--to", str(path))
        assert (refused.returncode, refused.stdout) == (2, "")
        assert refused.stderr == f"canvos-tui: {path} is there already\nhint: name a new file; nothing is written over\n"
        unknown = scene.inside("answers", "export", "20200101-0000-abcd")
        assert unknown.returncode == 2
        assert "20200101-0000-abcd" in unknown.stderr
        mine = scene.inside("answers", "export")
        assert mine.stdout.startswith("# answers of canvos-tui: ")
