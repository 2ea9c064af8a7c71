"""Vectors of a copy-detection model (ONNX), where a person asked for one. Rule: never needed, and never a match alone.

It stands in a folder of its own because it is not offered like the others: it takes part only when the setting
`learned` names a model. The model file is read, and its library imported, in the isolated child alone.
"""
