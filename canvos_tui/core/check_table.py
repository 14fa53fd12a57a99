"""All checks, in the order of the guide."""

from __future__ import annotations

from canvos_tui.core.checks import Check
from canvos_tui.core.checks_aws import CHECKS_AWS
from canvos_tui.core.checks_files import CHECKS_FILES
from canvos_tui.core.checks_host import CHECKS_HOST
from canvos_tui.core.checks_network import CHECKS_NETWORK
from canvos_tui.core.checks_repo import CHECKS_REPO
from canvos_tui.core.checks_tools import CHECKS_TOOLS

CHECKS: tuple[Check, ...] = (*CHECKS_HOST, *CHECKS_TOOLS, *CHECKS_NETWORK, *CHECKS_REPO, *CHECKS_FILES, *CHECKS_AWS)
