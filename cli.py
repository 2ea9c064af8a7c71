"""The command `firstseen`."""


def main() -> int:
    return 0
