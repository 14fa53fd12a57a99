"""What holds for all tests."""

pytest_plugins = ("tests.allowed_skips",)
