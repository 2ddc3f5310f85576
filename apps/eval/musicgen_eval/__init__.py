"""Judges what a model makes of its prompts. docs/evaluation.md says how, and what each row is."""
