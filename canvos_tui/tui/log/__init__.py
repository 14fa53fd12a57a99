"""The log of the build screen."""
