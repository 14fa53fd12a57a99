"""Guide step 14: one Kubernetes version or several, and which of them stay in k8s_version.json."""

from __future__ import annotations

from canvos_tui.core.answers.draft import SeveralChosen, VersionsKept
from canvos_tui.core.answers.draft_file import SEVERAL
from canvos_tui.core.checkout.k8s_versions import newest_first
from canvos_tui.core.errors import InvalidValueError
from canvos_tui.core.questions import groups
from canvos_tui.core.questions.choice import Choice
from canvos_tui.core.questions.kubernetes import parse_versions
from canvos_tui.plain.desk import Desk
from canvos_tui.plain.help import with_guide
from canvos_tui.plain.talk import BACK_MARK, Prompt, Talk, Way
from canvos_tui.plain.walk import Question

CHOICES = (
    Choice("one", "One Kubernetes version"),
    Choice("several", "Several: k8s_version.json is pruned to those that you name (step 14)"),
)
HELP = "all keeps every version, newest the newest of each minor version; else versions of the list, with blanks or commas between."


class Several(Question):
    """Whether provider images for several versions are wanted."""

    page, name = "os", SEVERAL

    async def ask(self, desk: Desk, talk: Talk) -> Way:
        """One or several."""
        default = "several" if desk.draft.several else "one"
        word = await talk.choose(Prompt(self.name, help=groups.KUBERNETES.about, given=desk.gives(self.name)), CHOICES, default)
        if word is Way.BACK:
            return word
        if desk.draft.several is not (word == "several"):
            desk.answer(SeveralChosen(word == "several"))
        return Way.NEXT


class Versions(Question):
    """The versions to keep."""

    page, name = "versions", "k8s_versions"

    def wanted(self, desk: Desk) -> bool:
        """Only for several."""
        return desk.draft.several

    async def ask(self, desk: Desk, talk: Talk) -> Way:
        """Those of the list."""
        distribution = desk.draft.text("K8S_DISTRIBUTION")
        offered = desk.known.versions.get(distribution, ())
        kept = ", ".join(version for version in offered if version in desk.draft.kept)

        async def take(text: str) -> tuple[str, ...]:
            if not offered:
                raise InvalidValueError(
                    f"this checkout's file has no versions of {distribution}", remedy=f"{BACK_MARK} goes back to one version"
                )
            return parse_versions(text or kept, offered)

        about = (
            f"k8s_version.json, {distribution}: {len(offered)} versions; which are kept? {HELP}",
            "  " + " ".join(newest_first(offered)),
            "This AMI stays the same; K8S_VERSION is left out of .arg, as the guide says. A copy of the file is kept on writing.",
        )
        versions = await talk.ask(
            Prompt(self.name, kept, about=about, help=with_guide(HELP, desk.draft, 14), given=desk.gives(self.name)), take
        )
        if versions is Way.BACK:
            return versions
        desk.answer(VersionsKept(versions))
        return Way.NEXT
