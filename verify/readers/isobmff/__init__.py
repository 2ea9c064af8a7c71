"""Reads ISO-BMFF files (mp4, mov, m4v, 3gp, heic, avif) box by box. Rule: bounded, iterative, and never decoding."""
