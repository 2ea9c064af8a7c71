"""When two recordings of one event were filmed, one against the other. Rule: declined is better than wrong.

Pure functions of stored fingerprints and measures: sound (`sound.align`), flashes and light (`light.align`), and one
clock for all (`clock.one_clock`). A shared soundtrack aligns as well as two microphones do: what that means for their
independence is not decided here.
"""
