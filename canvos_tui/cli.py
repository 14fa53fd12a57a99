"""Command line."""


def main() -> int:
    """Placeholder until the commands land."""
    return 0
