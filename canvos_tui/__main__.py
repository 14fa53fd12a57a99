"""`python -m canvos_tui` is the same as the command."""

import sys

from canvos_tui.cli import main

if __name__ == "__main__":
    sys.exit(main())
