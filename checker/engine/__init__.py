"""Whole books: tables of loans, batches and lines, judged by an engine for tables and explained by the evaluator."""
