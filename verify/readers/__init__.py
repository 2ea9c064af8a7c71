"""Metadata readers, one a file. Rule: they run only in the worker's child, and every value says where it stands."""
