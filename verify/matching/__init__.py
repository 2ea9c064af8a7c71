"""Which clips share footage, which seconds and which part of the picture. Rule: pure numpy and OpenCV, no files."""
