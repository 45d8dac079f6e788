"""Policies and facts from YAML: strict, typed, every error of a file at once."""
