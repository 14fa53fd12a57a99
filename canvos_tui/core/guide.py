"""The guide *Build AWS Cloud Images* as data: its sixteen steps in our words, its commands, and where the truth differs."""

from __future__ import annotations

from dataclasses import replace

from canvos_tui.core.answers.draft import Draft
from canvos_tui.core.answers.routes import Route
from canvos_tui.core.checkout.sources import GUIDE, SEEN
from canvos_tui.core.checkout.tags import GUIDE_TAG
from canvos_tui.core.command_words import word
from canvos_tui.core.values import dataclass

_WRITES_ARG = 13  # the step
ABOUT = f"# {GUIDE}\n# what differs: {SEEN}; your checkout wins"  # two comments; the address stands alone, so that it can be copied
SHOWN = "Its log holds both keys: canvos-tui redact LOG."
BUILD_COMMAND = Route.GUIDE.told.command


@dataclass(frozen=True)
class GuideStep:
    """One step; `commands` hold `{NAME}` where the user's value goes, `differs` what the guide gets wrong, in one line."""

    number: int
    title: str
    text: str
    commands: tuple[str, ...]
    differs: str = ""


STEPS = (
    GuideStep(1, "Clone CanvOS", "Copies the repository to this machine.", ("git clone {REPOSITORY}",)),
    GuideStep(2, "Enter the folder", "All later commands run in the checkout.", ("cd {FOLDER}",)),
    GuideStep(
        3,
        "List the tags",
        "A tag is a release of CanvOS.",
        ("git tag",),
        "git sorts by letters: v4.10.0 stands before v4.9.7. The tag has to match your Palette release.",
    ),
    GuideStep(
        4,
        "Check out a tag",
        "Puts the release's files into the folder.",
        ("git checkout {TAG}",),
        f"the guide's example {GUIDE_TAG} has no +aws-cloud-image target: TAG is one that has.",
    ),
    GuideStep(5, "Review the files", "The template of the arguments and the build's recipe.", ("cat .arg.template", "less Earthfile")),
    GuideStep(6, "Image tag", "Last part of the names of provider images.", ("export CUSTOM_TAG={CUSTOM_TAG}",)),
    GuideStep(
        7,
        "Image registry",
        "Where provider images would be pushed.",
        ("export IMAGE_REGISTRY={IMAGE_REGISTRY}",),
        "the AMI build pushes nothing to it.",
    ),
    GuideStep(
        8, "Operating system", "What runs on the instances.", ("export OS_DISTRIBUTION={OS_DISTRIBUTION}", "export OS_VERSION={OS_VERSION}")
    ),
    GuideStep(
        9,
        "Kubernetes",
        "Distribution and version for provider images.",
        ("export K8S_DISTRIBUTION={K8S_DISTRIBUTION}", "export K8S_VERSION={K8S_VERSION}"),
        "these values do not change the AMI.",
    ),
    GuideStep(
        10,
        "S3 bucket",
        "Where the raw image is uploaded; the bucket must be in the region.",
        ("export REGION={REGION}", "export S3_BUCKET={S3_BUCKET}"),
    ),
    GuideStep(
        11,
        "S3 key",
        "Name of the object and of the AMI.",
        ("export S3_KEY={S3_KEY}",),
        "an empty key becomes the raw file's name, not CUSTOM_TAG; it is always set here.",
    ),
    GuideStep(
        12,
        "AWS keys",
        "Long-lived keys of an IAM user.",
        ("export AWS_ACCESS_KEY_ID=$AWS_ACCESS_KEY_ID", "export AWS_SECRET_ACCESS_KEY=$AWS_SECRET_ACCESS_KEY"),
        "temporary keys (ASIA...) fail, the build passes no session token.",
    ),
    GuideStep(
        13,
        "Write .arg",
        "The arguments of the build.",
        ("cat <<EOF > .arg", "{ARGS}", "EOF"),
        "an existing .arg is kept as a copy and its other lines stay.",
    ),
    GuideStep(
        14,
        "Prune k8s_version.json (optional)",
        "Keeps the versions that provider images are wanted for.",
        ("$EDITOR k8s_version.json",),
        "only +build-provider-images reads that file; the AMI stays the same.",
    ),
    GuideStep(
        15,
        "Write .secret",
        "The keys for the last build step.",
        (
            "cat <<EOF > .secret",
            "AWS_PROFILE=",
            "AWS_ACCESS_KEY_ID=$AWS_ACCESS_KEY_ID",
            "AWS_SECRET_ACCESS_KEY=$AWS_SECRET_ACCESS_KEY",
            "EOF",
            "chmod 600 .secret",
        ),
        "the guide shows two lines; without AWS_PROFILE= the build fails at its very last step.",
    ),
    GuideStep(
        16,
        "Build",
        "Builds the disk, uploads it, imports it and registers the AMI: one to two hours.",
        (" ".join(BUILD_COMMAND),),
        f"its exit code proves nothing; the result is checked in AWS. {SHOWN}",
    ),
)
BY_NUMBER = {step.number: step for step in STEPS}


def on_route(step: GuideStep, route: Route, *, traces: bool = True) -> GuideStep:
    """The step as it is to be done on that route; the guide's own where the route is no other.

    `traces` is whether the checkout's import script prints the keys; as far as was seen every one does.
    """
    if route is Route.GUIDE:
        return step if traces else replace(step, differs=step.differs.replace(f" {SHOWN}", ""))
    stages = "snapshot, register" if route is Route.DIRECT else "upload, import, register"
    told = {
        12: f"on the {route.value} route keys of any kind work, temporary ones too: none enters the build.",
        15: f"on the {route.value} route no .secret is needed: no key enters the build.",
        16: f"on the {route.value} route the build ends with the raw image; canvos-tui runs it, and then its own stages: {stages}.",
    }
    lines = {15: ("# nothing to do",), 16: (" ".join(route.told.command),)}
    if not route.needs_bucket:
        told |= {10: "on the direct route no bucket is needed.", 11: "on the direct route it names the AMI alone."}
        lines |= {10: ("export REGION={REGION}",)}
    return replace(step, differs=told.get(step.number, step.differs), commands=lines.get(step.number, step.commands))


def commands(step: GuideStep, draft: Draft) -> tuple[str, ...]:
    """The step's commands with the user's values in place; what is not known yet stays as `$NAME`, secrets always do."""
    step, args = on_route(step, draft.route), draft.args()
    values = {key: word(value) if value else "''" if key.endswith("PROXY") else f"${key}" for key, value in args.items()}
    values |= {
        "REPOSITORY": word(draft.repository),
        "FOLDER": word(str(draft.folder)) if draft.folder else "CanvOS",
        "TAG": word(draft.tag) if draft.tag else "TAG",
        "ARGS": "\n".join(f"{key}={value}" for key, value in args.items()),
    }
    values.setdefault("K8S_VERSION", "$K8S_VERSION")
    out: list[str] = []
    for line in step.commands:
        for key, value in values.items():
            line = line.replace("{" + key + "}", value)
        out.extend(line.split("\n"))
    if step.number == _WRITES_ARG and any(c in value for value in args.values() for c in "$`\\"):
        out[0] = out[0].replace("EOF", "'EOF'")  # what stands in a value is text; without the quotes the shell would act on it
    from canvos_tui.core.masking.outlet import shown

    return tuple(shown(line) for line in out)
