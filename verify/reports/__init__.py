"""One format of report a file. Rule: pure functions of records; no foreign string runs anywhere."""
