"""A stranger's hour: a whole first run by keys at 80x24 with everything done wrong on the way; the screen says why, and nothing is lost."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from tests import samples
from tests.journeys import test_journeys as right
from tests.journeys.wizard import Person, house

pytestmark = pytest.mark.slow
LEAST = 60  # wrong inputs of the whole run


class Stranger:
    """Tries what is wrong, and reads what the screen says to it."""

    def __init__(self, person: Person) -> None:
        self.person, self.terminal = person, person.terminal
        self.tried = 0

    def key(self, name: str, *said: str, kept: tuple[str, ...] = ()) -> None:
        """A key that can do nothing here, or not yet."""
        self.hears(lambda: self.terminal.press(name), said, kept)

    def text(self, typed: str, *said: str, then: str = "", kept: tuple[str, ...] = ()) -> None:
        """A text in the place of what the field holds; it stays there to be mended."""

        def act() -> None:
            self.person.replace(typed)
            self.terminal.press(*([then] if then else []))

        self.hears(act, said, (typed.strip(), *kept))

    def push(self, label: str, *said: str) -> None:
        """A button that cannot do it yet."""
        self.hears(lambda: self.person.press(label), said, ())

    def hears(self, act: Callable[[], object], said: tuple[str, ...], kept: tuple[str, ...]) -> None:
        """Does it; then the screen says what it did not say before, or says it in one more place, and what is to be kept stands there."""
        before = self._read()

        def heard() -> bool:
            now = self._read()
            return all(word in now for word in (*said, *kept)) and any(now.count(word) > before.count(word) for word in said)

        act()
        try:
            self.terminal.until(heard)
        except AssertionError as error:
            raise AssertionError(f"{said}, with {kept} kept: {error}") from None
        self.tried += 1

    def _read(self) -> str:
        """The window as it is read: a sentence goes on in the next line, and the frame of a dialog is no part of it."""
        return re.sub(r"[\s│]+", " ", self.terminal.text)

    def shrinks(self, word: str) -> None:
        """Makes the window too small and large again: what stood there stands there again."""
        self.hears(lambda: self.terminal.resize(50, 10), ("Please enlarge the window (now 50x10)",), ())
        self.terminal.resize(120, 40)
        self.person.see(word)
        self.terminal.resize(80, 24)
        self.person.see(word, "F8 ")


def start(one: Stranger) -> None:
    one.person.see("New  ")
    one.key("z", "z does nothing here; F1 names the keys")
    one.key("escape", "escape does nothing here")
    one.key("\x1b[200~acme\n\x1b[201~", "there is no field here for what was pasted")
    one.key("ctrl+c", "Ctrl+C once more leaves")
    one.shrinks("New  ")
    right.start(one.person, burst=True)


def check(one: Stranger) -> None:
    one.person.on("check")
    one.terminal.until(lambda: "not checked" not in one.terminal.row("canvos-tui"))
    one.terminal.press("/")
    one.person.see("show rows with")
    one.text("zzz", "no check holds zzz", "Esc shows all")
    one.terminal.press("escape")
    one.terminal.until(lambda: "zzz" not in one.terminal.text)
    one.key("z", "z does nothing here")
    right.check(one.person, burst=True)


def repo(one: Stranger) -> None:
    person = one.person
    person.on("repo")
    person.see("can be cloned")
    person.stand_on("Clone ]")
    person.do("backtab", "backtab")
    one.text("   ", "✗ a folder is needed")
    one.text("CanvOS", "✗ `CanvOS` is a relative path")
    one.text("~/.gitconfig", "✗ a file stands there: choose another folder")
    one.text("~", "✗ a folder with other files in it")
    one.text("~/a:b", "✗ `:` cannot stand in the path")
    person.replace("~/CanvOS")
    person.see("can be cloned")
    one.terminal.press("tab")
    one.text("htt ps://x", "✗ blanks and control characters cannot stand in")
    person.replace("https://github.com/spectrocloud/CanvOS.git")
    person.see("can be cloned")
    person.press("Clone")
    person.see("suggested for")
    one.key("z", "z does nothing here")
    one.terminal.press("backtab")
    one.text("zzz", "no tag fits: empty the filter, or p shows all")
    one.terminal.press("enter")
    one.key("f8", "✗ no CanvOS tag is chosen yet", kept=("no tag fits",))
    person.do("backtab")
    person.replace("4.8.5")
    person.see("no AWS target")
    one.terminal.press("enter", "enter")
    one.key("x", "x does nothing here", kept=("the guide's example: no AWS target",))
    one.key("f8", "✗ no CanvOS tag is chosen yet", kept=("the guide's example: no AWS target",))
    person.do("backtab")
    person.replace("")
    person.see("suggested for")
    one.terminal.press("enter")
    person.choose("v4.9.38   ")
    person.see("│ v4.9.38 · ", "Enter goes on")
    person.press("Next")


def image(one: Stranger) -> None:
    one.person.on("image")
    one.person.see("Registry")
    one.key("f8", "✗ Registry is needed")
    one.text("https://reg.acme.com/team", "before it; try", "reg.acme.com/team; allowed", then="enter")
    one.text("reg_istry", "✗ `_` is not allowed in a registry", "try reg-istry")
    one.text("acme team", "✗ a blank is not allowed in a registry")
    one.text("acme:99999", "✗ `99999` is no port", then="enter")
    one.terminal.press("backtab")
    one.person.see("The last part of the names of provider images", "✗ Registry: `99999`")
    one.key("f8", "✗ `99999` is no port; allowed: 1 to 65535 ", kept=("acme:99999",))
    one.key("down", "there is no list for ")
    one.person.replace("acme-team")
    one.terminal.press("backtab")
    one.text("My Tag", "✗ `M` is not allowed in an image tag", kept=("acme-team",))
    one.person.replace("palette-learn")
    one.terminal.until(lambda: "`M`" not in one.terminal.text)
    one.terminal.press("f8")


def user_data(one: Stranger) -> None:
    person, terminal = one.person, one.terminal
    person.on("user-data")
    one.key("z", "z does nothing here", kept=("▸ ○ Make one",))
    terminal.press("up", "up")
    person.see("▸ ○ The checkout's", "Use it")
    one.key("f8", "✗ the checkout has no user-data; choose another way")
    terminal.press("down", "enter")
    person.see("▸ ○ A file", "Path")
    one.key("enter", "✗ a path is needed")
    one.text("user-data", "✗ `user-data` is a relative path", then="enter")
    one.text("~/nowhere", "✗ there is no file", then="enter")
    one.text("~/.gitconfig", "▲ it is no YAML", then="enter")
    terminal.press("backtab", "down", "f8")
    person.see("✗ Palette host is needed")
    one.text("api acme", "✗ this is no host name", then="enter")
    person.replace("https://api.acme.com/\r")
    person.do("tab")
    person.do("backtab")
    one.hears(lambda: person.replace("short"), ("✗ this is no registration token",), ("api.acme.com",))
    one.key("enter", "✗ this is no registration token")
    person.replace("registration-token-0001")
    person.see("✓ Make one")
    terminal.press("enter")
    one.text("Admin", "✗ `Admin` is no user's name", then="enter")
    person.replace("admin")
    person.see("▲ without an SSH key no user is made")
    terminal.press("enter")
    one.text("ssh-ed25519 AAAA", "✗ the key after ssh-ed25519 is cut or damaged", then="enter", kept=("admin",))
    one.key("\x1b[200~-----BEGIN OPENSSH PRIVATE KEY-----\nb3Blbn\n\x1b[201~", "nothing was taken: this is a private key")
    person.replace("")
    person.see("empty for none")
    terminal.press("f8")


def os(one: Stranger) -> None:
    one.person.on("os")
    one.person.see("In this AMI")
    one.text("win dows", "✗ a blank is not allowed in the name of an operating")
    one.person.replace("ubuntu")
    one.terminal.press("down")
    one.person.see("type to filter")
    one.text("zzz", "nothing holds zzz: Esc closes the list")
    one.terminal.press("escape")
    one.terminal.until(lambda: "zzz" not in one.terminal.text)
    one.terminal.press("enter")
    one.text("24", "no base image is known for ubuntu 24; did you mean 24.04?", kept=("ubuntu",))
    one.person.replace("24.04\r")
    one.text("KUBE ADM", "✗ `KUBE ADM` is no distribution's name", then="enter")
    one.person.replace("kubeadm\r")
    one.text("v1.33.5", "✗ `v1.33.5` is no Kubernetes version; try 1.33.5", then="enter")
    one.person.replace("1.33.5\r")
    one.text("proxy:3128", "before its name; try http://proxy:3128", then="enter")
    one.person.replace("")
    one.person.see("empty for none")
    one.terminal.press("f8")


def s3(one: Stranger) -> None:
    stage = one.person.stage
    one.person.on("s3")
    one.person.see("Bucket")
    one.text("https://b.s3.amazonaws.com", "✗ `:` is not allowed in a bucket's name")
    one.text(f"s3://{stage.bucket}/k", f"try {stage.bucket}", then="enter")
    one.text("there-is-none-such", "✗ there is no bucket there-is-none-such")
    one.person.replace(stage.bucket)
    one.person.see("exists; its region is")
    one.terminal.press("enter")
    one.text("us-east-1a", "that is a zone, try us-east-1", then="enter", kept=(stage.bucket,))
    one.text("eu-south-2", "▲ the bucket is in")
    one.person.replace(stage.region)
    one.terminal.until(lambda: "▲ the bucket" not in one.terminal.text)
    one.terminal.press("enter")
    one.text("s3://b/key", "✗ `:` is not allowed in a key; try key")
    one.text("ab", "✗ a key has 3 to 128 characters, this one 2", then="enter")
    one.person.replace("edge-1")
    one.terminal.until(lambda: "3 to 128 characters, this" not in one.terminal.text)
    one.terminal.press("f8")


def keys(one: Stranger) -> None:
    person, good = one.person, one.person.stage.keys
    person.on("keys")
    person.see("Secret key")
    one.key("f8", "✗ no AWS keys yet")
    one.text("ASIAIOSFODNN7EXAMPLE", "✗ a temporary key (ASIA...) does not work")
    one.text("AKIAIOSFODNN7EXAMPLe", "✗ `e` is not in an access key ID")
    one.text("AKIA", "characters are too few")
    person.replace(good.key_id)
    one.terminal.press("tab")
    one.hears(lambda: person.replace("abc!"), ("✗ there is a character that no secret access key has",), (good.key_id,))
    one.hears(lambda: person.replace("abc"), ("✗ a secret access key has 40 characters, this one 3",), (good.key_id,))
    one.push("Test", "✗ both keys are needed before they can be tested")
    one.push("Environment", "✗ there are no keys: environment")
    one.push("Profile", "✗ there are no keys: profile")
    one.push(".secret", "✗ there are no keys: .secret")
    person.stand_on("Show ]")
    person.do("backtab")
    person.replace("A" * 40)
    one.hears(lambda: one.terminal.press("enter"), ("✗ the secret key does not belong to this access key",), (good.key_id,))
    person.stand_on("Show ]")
    person.do("backtab")
    person.replace("")
    one.terminal.type(f"\x1b[200~{good.secret.reveal()}\n\x1b[201~")
    person.see("not tested yet")
    one.terminal.press("enter")
    person.see("✓ account")
    person.press("Next")


def aws(one: Stranger) -> None:
    one.person.on("aws")
    one.person.see("✓ object key and AMI name free ", " proven")
    one.key("z", "z does nothing here")
    for typed, said in (("policies", "✗ `policies` is a relative path"), ("~/.gitconfig", "✗ cannot create")):
        one.terminal.press("w")
        one.person.see("Write the policy files to")
        one.hears(lambda: one.person.replace(typed + "\r"), (said,), ())  # noqa: B023
    one.terminal.press("w")
    one.person.see("Write the policy files to")
    one.hears(lambda: one.person.replace("\r"), ("✗ nothing was typed; Esc closes",), ())
    one.key("escape", "nothing was written")
    one.person.press("Next")


def review(one: Stranger) -> None:
    person = one.person
    person.on("review")
    person.see("write   .arg", "Write and build")
    one.key("z", "z does nothing here")
    assert not (person.home / "CanvOS" / ".arg").exists()
    one.shrinks("Write and build")
    person.press("Write and build")


LEGS = (start, check, repo, image, user_data, os, s3, keys, aws, review)


def test_a_strangers_hour(tmp_path) -> None:
    """The whole of it in the long run; a sample is the first leg."""
    legs = samples.every(LEGS, lambda: LEGS[:1])
    with house(tmp_path) as home, home.person() as person:
        one = Stranger(person)
        for leg in legs:
            leg(one)
        if leg is LEGS[-1]:
            right.result(person, burst=True)
            assert one.tried >= LEAST
        else:
            person.on("check")
        person.leave()
