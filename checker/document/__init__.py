"""Strict YAML and JSON documents: text to nodes with places, shapes that check them, schemas made from the shapes."""
