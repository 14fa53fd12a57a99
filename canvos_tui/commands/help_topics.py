"""What `help` knows besides the commands: exit codes, variables of the environment, files, options, completion."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from textwrap import wrap

from canvos_tui.core.exit_codes import MEANING
from canvos_tui.core.values import dataclass

WIDTH = 80
_NAMES = 30  # columns
Rows = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Topic:
    """A page of `help`: `title` for the list of topics, `about` as a paragraph, then a row for each thing."""

    title: str
    about: str
    rows: Callable[[], Rows]

    def lines(self) -> Iterator[str]:
        """At most 80 columns wide."""
        yield from wrap(self.about, WIDTH, break_on_hyphens=False)
        yield ""
        yield from columns(self.rows())


def columns(rows: Iterable[tuple[str, str]]) -> Iterator[str]:
    """Names and what they mean; a name that is too long for its column has a line of its own, and a line feed stays one."""
    rows = tuple(rows)
    width = min(_NAMES, max(len(name) for name, _ in rows)) + 2
    for name, meaning in rows:
        if len(name) > width - 2:
            yield name
        first = name.ljust(width) if len(name) <= width - 2 else " " * width
        for line in meaning.split("\n"):
            yield from wrap(line, WIDTH, initial_indent=first, subsequent_indent=" " * width, break_on_hyphens=False)
            first = " " * width


ENVIRONMENT: Rows = (
    ("AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY", "the keys of checks and of the build; left out of what else is started"),
    ("AWS_SESSION_TOKEN", "with temporary keys; they do on the routes two-stage and direct, the guide's own refuses them"),
    ("AWS_CREDENTIAL_EXPIRATION", "when temporary keys end, as AWS' tools write it beside them"),
    ("AWS_REGION, AWS_DEFAULT_REGION", "suggested for REGION"),
    ("AWS_PROFILE", "a profile of ~/.aws, where no key is in the environment"),
    ("AWS_CONFIG_FILE, AWS_SHARED_CREDENTIALS_FILE", "where the profiles lie, as the AWS SDK reads it"),
    ("AWS_ENDPOINT_URL, AWS_CA_BUNDLE", "another address or CA for AWS, as the AWS SDK reads it"),
    ("HTTPS_PROXY, HTTP_PROXY, NO_PROXY", "the proxy of checks; in lower case too. That of the build stands in .arg"),
    ("SSL_CERT_FILE", "the CA bundle that checks of the network trust"),
    ("DOCKER_HOST, DOCKER_CONTEXT, DOCKER_CONFIG", "which Docker engine, as the docker command reads it"),
    ("DOCKER_TLS_VERIFY, DOCKER_CERT_PATH", "how it is reached over TLS"),
    ("UBUNTU_PRO_KEY", "for UPDATE_KERNEL builds with Ubuntu Pro; goes to earthly.sh and is masked"),
    ("REGION, S3_BUCKET and other names of .arg", "suggested for the field of that name"),
    ("XDG_STATE_HOME", "our own state lies in its canvos-tui (else ~/.local/state)"),
    ("XDG_CONFIG_HOME", "settings and known errors of your own lie in its canvos-tui (else ~/.config)"),
    ("NO_COLOR", "any value: no colour, as --no-color"),
    ("CANVOS_TUI_THEME", "the theme, as --theme"),
    ("CANVOS_TUI_ASCII", "any value: nothing but ASCII is drawn, as --ascii"),
    ("CANVOS_TUI_NO_MOUSE", "any value: the mouse is the terminal's, as --no-mouse"),
    ("CANVOS_TUI_NO_BELL", "any value: no bell and no notification, as --no-bell"),
    ("CANVOS_TUI_REHEARSAL_PACE", "how slow a rehearsal is: 1 as it is meant, 0.1 ten times as fast"),
    ("TERM", "`dumb` has the wizard ask line by line; `linux` draws nothing but ASCII"),
    ("LC_ALL, LC_CTYPE, LANG", "nothing but ASCII is drawn where none of them is UTF-8"),
    ("TEXTUAL_ANIMATIONS", "`none`: nothing moves; that is so over ssh anyway"),
)

FILES: Rows = (
    (".arg", "in the checkout: the answers, other lines kept; the old file is copied beside it"),
    (".secret", "in the checkout: the keys of the guide's route, mode 0600; not written on the others"),
    ("user-data", "in the checkout: only where you have one made or copied, mode 0600"),
    ("k8s_version.json", "in the checkout: only where you choose several Kubernetes versions"),
    ("*.bak-*, .arg.secret.bak-*", "copies of what was there before, under names that git or CanvOS ignores"),
    ("STATE/drafts/", "the answers for a checkout, without a secret"),
    ("STATE/runs/ID/", "a build: plan, events, masked log, result, what watches it; the doctor's report of its bundle"),
    ("STATE/locks/", "which build owns a checkout"),
    ("STATE/passed/", "what passed last in the doctor, masked; --no-save keeps nothing"),
    ("STATE/uploads/, STATE/snapshots/", "what was sent of a raw image, to go on from"),
    ("STATE/crashes/", "reports of bugs of ours, without any value that was at hand"),
    (
        "CONFIG/settings.yaml",
        "`theme: NAME`, `mouse: true` or `false`: what was chosen in the menu, and yours to write; "
        "`updates: true` lets --version --verbose ask pip for a newer version",
    ),
    ("CONFIG/known_errors.yaml", "yours to write: errors of your own house that builds and diagnose know"),
)

OPTIONS: Rows = (
    ("--checkout DIR", "the CanvOS folder (else the one used last)"),
    ("--repo URL", "where to clone from, a URL or a local path"),
    ("--config FILE", "an answers file: what it answers is not asked"),
    ("--plain", "question by question, no screen; by itself with TERM=dumb"),
    ("--theme NAME", "dark, light, one of Textual's, or none; the one that you choose is kept"),
    ("--no-color", "no colour, as with NO_COLOR"),
    ("--ascii", "nothing but ASCII is drawn; by itself where the locale or the terminal needs it"),
    ("--no-mouse", "the mouse marks text as anywhere in the terminal; the menu changes it and keeps it"),
    ("--no-bell", "no bell and no notification when the build ends"),
    ("--version", "the version; with --verbose those of Python, Textual, boto3 and more"),
)

MATRIX: Rows = (
    ("OS_VERSION: [22.04, 24.04]", "an image for each; so may tag, route, user_data and every answer of .arg but the proxies"),
    ("REGION: [eu-west-1, us-east-1]", "with the line above four images: each with each, the last list first"),
    ("S3_KEY: edge-{OS_VERSION}", "the answers in braces tell the images apart; in CUSTOM_TAG, BASE_IMAGE, user_data, checkout too"),
    ("S3_BUCKET: {eu-west-1: acme-eu, us-east-1: acme-us}", "a bucket for each region"),
    ("run --config a.yaml b.yaml", "several files, one after another"),
    ("run --config a.yaml --dry-run", "which images these are, with the diff of each that could be built now"),
    ("--only OS_VERSION=24.04", "those alone; of two values for one name either, of two names both"),
    ("--keep-going", "after an image that failed, begin the next; the exit code is that of the first that failed"),
    ("run again", "what is verified is passed over; what can go on by canvos-tui resume is not built again"),
)

PIPELINE: Rows = (
    ("run --config FILE --yes", "nothing is asked; keys come from the environment, never from the file"),
    ("--only REGION=eu-west-1", "the pipeline's own matrix spreads one file over machines"),
    ("--events 3 3>events.jsonl", "phases, percent, task, AMI, the result as JSON lines; run --schema"),
    ("exit code", "canvos-tui help exit-codes; 0 only when AWS shows the image"),
    ("last lines of stdout", "AMI, region and name of each image of a matrix; the AMI alone of a single one"),
    ("bundle --yes --to FILE", "the run in one masked file, as an artifact of the pipeline"),
    ("resume --yes --plain", "go on in a later job on that machine"),
)

COMPLETION: Rows = (
    ("bash", "echo 'source <(canvos-tui completion bash)' >> ~/.bashrc"),
    (
        "zsh",
        "mkdir -p ~/.zfunc\ncanvos-tui completion zsh > ~/.zfunc/_canvos-tui\n"
        "echo 'fpath+=~/.zfunc; autoload -Uz compinit; compinit' >> ~/.zshrc",
    ),
    ("fish", "mkdir -p ~/.config/fish/completions\ncanvos-tui completion fish > ~/.config/fish/completions/canvos-tui.fish"),
)


def _versions() -> Rows:
    """Ours first, then what it runs on and in: what a report of a bug should name."""
    import locale
    import os
    import platform
    import shutil

    from canvos_tui import __version__
    from canvos_tui.adapters.machine.about import about, reports_to

    found = {name: version for name, version in about().items() if name != "host"}
    size = shutil.get_terminal_size()
    terminal = f"{os.environ.get('TERM') or 'unknown'}, {size.columns}x{size.lines}"
    system = f"{platform.system()} {platform.release()} {platform.machine()}"
    here = (("system", system), ("terminal", terminal), ("encoding", locale.getencoding()))
    told = (("reports to", home),) if (home := reports_to()) else ()
    return (("canvos-tui", __version__), ("newest", _newest()), *told, *found.items(), *here)


def _newest() -> str:
    """The version that pip's index has; nobody is asked unless the settings allow it."""
    import asyncio
    import os

    from canvos_tui.adapters.network.package_index import newest
    from canvos_tui.adapters.settings import read_settings
    from canvos_tui.core.errors import CanvosError

    if not read_settings(os.environ).updates:
        return "not asked: `updates: true` in settings.yaml allows it"
    try:
        return asyncio.run(newest("canvos-tui", os.environ))
    except CanvosError as error:
        return f"not known: {error.message}"


TOPICS = {
    "environment": Topic(
        "the variables of the environment that are read",
        "Variables of the environment that are read. No secret is ever taken from the command line.",
        lambda: ENVIRONMENT,
    ),
    "exit-codes": Topic(
        "how the program ends",
        "Exit codes, the same for every command and in every output format.",
        lambda: tuple((str(int(code)), meaning) for code, meaning in MEANING.items()),
    ),
    "files": Topic(
        "what is written where",
        "What is written. STATE is $XDG_STATE_HOME/canvos-tui (else ~/.local/state/canvos-tui), CONFIG is $XDG_CONFIG_HOME/canvos-tui "
        "(else ~/.config/canvos-tui). Folders of ours have mode 0700, files 0600.",
        lambda: FILES,
    ),
    "options": Topic("the options of every command", "Options of the wizard and of every command, before or behind it.", lambda: OPTIONS),
    "version": Topic("the versions of all that it runs on", "Versions, as a report of a bug should name them.", _versions),
    "matrix": Topic(
        "one answers file for several images",
        "An answers file with lists describes several images. Each is built in turn; two that would share a name or an object are refused "
        "before the first. Of the checkout's .arg only the proxies count.",
        lambda: MATRIX,
    ),
    "pipeline": Topic("builds in a pipeline", "What a pipeline needs; the README has recipes for two of them.", lambda: PIPELINE),
    "completion": Topic(
        "how the shell completes words",
        "How the shell completes commands, options, runs, tags, checks, scenarios and regions: once, and then in each new shell.",
        lambda: COMPLETION,
    ),
}
