"""What a story refers to: posts, quoted posts, embedded videos, its date. Rule: nothing is fetched, run or invented.

A story is a stranger's document: it is read with limits, in the isolated worker (`read.from_file`), and what could
not be read is a Problem in the record.
"""
