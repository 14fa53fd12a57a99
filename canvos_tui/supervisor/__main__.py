"""`python -m canvos_tui.supervisor` is the supervisor's process."""

from __future__ import annotations

from canvos_tui.supervisor.process import main

raise SystemExit(main())
