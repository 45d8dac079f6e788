"""Batches and tapes from files: typed at the edge, every fault with its place."""
