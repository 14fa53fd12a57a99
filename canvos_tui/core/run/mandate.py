"""What a supervisor is told through its standard input: the keys, what else to mask, and how to run. Never stored."""

from __future__ import annotations

import json

from canvos_tui.core.aws.facts import AwsKeys
from canvos_tui.core.masking.spellings import Masked
from canvos_tui.core.secret import Secret
from canvos_tui.core.values import dataclass


@dataclass(frozen=True)
class Mandate:
    """`pace` scales every pause between looks at AWS, and how often one look repeats a call: 1 for real, less for a rehearsal.

    The size is the terminal's, in characters.
    """

    keys: AwsKeys
    secrets: tuple[Secret, ...] = ()
    pace: float = 1.0
    columns: int = 160
    rows: int = 50
    exports: tuple[tuple[str, Secret], ...] = ()  # secret variables of the build's environment

    def masked(self) -> tuple[Masked, ...]:
        """Everything that must not be seen, by name."""
        own = [Masked("aws_key_id", Secret(self.keys.key_id)), Masked("aws_secret", self.keys.secret)]
        if self.keys.token is not None:
            own.append(Masked("aws_token", self.keys.token))
        own += [Masked(name.lower(), value) for name, value in self.exports]
        return (*own, *(Masked("secret", secret) for secret in self.secrets))

    def document(self) -> bytes:
        """The JSON document for the pipe; the only place where the secrets are written out."""
        token = self.keys.token.reveal() if self.keys.token is not None else None
        data = {
            "keys": {"id": self.keys.key_id, "secret": self.keys.secret.reveal(), "token": token},
            "secrets": [secret.reveal() for secret in self.secrets],
            "pace": self.pace,
            "size": [self.columns, self.rows],
            "exports": [[name, value.reveal()] for name, value in self.exports],
        }
        return json.dumps(data).encode()


def parse_mandate(document: bytes) -> Mandate:
    """The mandate of a document; ValueError, which names no value, when it is damaged."""
    try:
        data = json.loads(document)
        keys = data["keys"]
        token = Secret(keys["token"]) if keys["token"] else None
        columns, rows = data["size"]
        return Mandate(
            AwsKeys(str(keys["id"]), Secret(keys["secret"]), token),
            tuple(Secret(text) for text in data["secrets"]),
            float(data["pace"]),
            int(columns),
            int(rows),
            tuple((str(name), Secret(value)) for name, value in data.get("exports", ())),
        )
    except (ValueError, TypeError, KeyError):
        raise ValueError("no mandate came through the pipe") from None
