"""REPO-...: the checkout."""
