"""Helpers for notebooks."""

from . import notebook

__all__ = ["notebook"]
