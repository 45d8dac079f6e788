"""Policies that prove themselves: cases, coverage, mutation, limits, and what can be shown of every batch."""
