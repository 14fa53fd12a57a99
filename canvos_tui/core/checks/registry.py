"""All checks, in the order of the guide."""

from __future__ import annotations

from canvos_tui.core.checks.aws.account import CHECKS_AWS
from canvos_tui.core.checks.check import Check
from canvos_tui.core.checks.files.arg import CHECKS_FILES
from canvos_tui.core.checks.host.machine import CHECKS_HOST
from canvos_tui.core.checks.network.reach import CHECKS_NETWORK
from canvos_tui.core.checks.repo.checkout import CHECKS_REPO
from canvos_tui.core.checks.tools.programs import CHECKS_TOOLS

CHECKS: tuple[Check, ...] = (*CHECKS_HOST, *CHECKS_TOOLS, *CHECKS_NETWORK, *CHECKS_REPO, *CHECKS_FILES, *CHECKS_AWS)
