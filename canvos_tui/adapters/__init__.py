"""Deeds: one module per outside thing; each turns that thing's failures into a CanvosError."""
