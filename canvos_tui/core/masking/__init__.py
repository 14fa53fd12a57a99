"""Secrets, by value and by shape. Nothing unmasked leaves here."""
