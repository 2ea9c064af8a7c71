"""The shipped sample, end to end: served on 127.0.0.1 as posts, all of them checked, one report named.

Rule: the same pipelines as for any user; nothing here is special to the sample but its addresses.
"""
