"""Kinds of fingerprints, one a file. Rule: fed frame by frame from one decode; what they keep is small."""
