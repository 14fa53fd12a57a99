"""The detached process that owns a build."""
