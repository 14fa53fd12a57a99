"""Text that was copied from a terminal which broke its lines: recognised, and joined again."""
