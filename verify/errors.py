"""Everything that can go wrong for a user, as one tree; each error says in one sentence what and what to do.

Rule: a FirstseenError is for people. It becomes one printed sentence and an exit code, or one failed item of a
batch; it is never a traceback. A bug is anything else, and is allowed to show itself as one.

    FirstseenError                exit 4  nothing could be done
    |- UsageError                 exit 2  the command's words are wrong
    |- SourceError                exit 4  material could not be brought in
    |  |- NotFoundError                   no such file, no such folder, HTTP 404: the address answers, the post is gone
    |  |- NotAccessibleError              private, login, age or region wall
    |  |- NotVideoError                   something is there and it carries no video
    |  |- NetworkError                    no answer, broken answer, too slow, too big
    |  `- RefusedAddressError             the network guard does not go there
    |- MediaError                 exit 4  bytes are there and cannot be examined
    |  |- UnreadableMediaError            not a container we read, broken, or empty
    |  |- LimitError                      examining it would need more than the limits of the run
    |  `- DecoderCrashError               the isolated worker died on it
    |- ArchiveError               exit 4  the case cannot be written or read
    |  |- CaseLockedError                 another process holds it too long
    |  |- DiskFullError
    |  `- TamperedError                   the record does not agree with itself
    `- MissingExtraError          exit 4  an optional part is not installed
"""

from __future__ import annotations

EXIT_DONE = 0
EXIT_QUESTIONED = 1  # only with --exit-code, as `git diff` does
EXIT_USAGE = 2
EXIT_SOME_FAILED = 3
EXIT_NOTHING_DONE = 4
EXIT_STOPPED = 130  # 128 + SIGINT, the shell's own convention


class FirstseenError(Exception):
    """A failure a person can act on: `message` is one sentence, `advice` says what to do next (may be empty)."""

    exit_code = EXIT_NOTHING_DONE

    def __init__(self, message: str, advice: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.advice = advice

    @property
    def kind(self) -> str:
        """The error's name for records and `--json`: `NotFoundError` -> `not-found`."""
        words = "".join("-" + c.lower() if c.isupper() else c for c in type(self).__name__.removesuffix("Error"))
        return words.lstrip("-")


class UsageError(FirstseenError):
    """The command's words are wrong."""

    exit_code = EXIT_USAGE


class SourceError(FirstseenError):
    """Material could not be brought in."""


class NotFoundError(SourceError):
    """Nothing is there (any more): no such file, or the address says the post is gone."""


class NotAccessibleError(SourceError):
    """Something is there, but behind a login, a region, an age gate, or private."""


class NotVideoError(SourceError):
    """Something is there and it carries no video."""


class NetworkError(SourceError):
    """No answer, a broken answer, or one that is too slow or too big."""


class RefusedAddressError(SourceError):
    """The network guard does not go to this address."""


class MediaError(FirstseenError):
    """Bytes are there and cannot be examined."""


class UnreadableMediaError(MediaError):
    """Not a container that is read here, or broken, or empty."""


class LimitError(MediaError):
    """Examining it would need more memory, time or pixels than the limits of the run."""


class DecoderCrashError(MediaError):
    """The isolated worker died on it; the rest of the run is not touched."""


class ArchiveError(FirstseenError):
    """The case cannot be written or read."""


class CaseLockedError(ArchiveError):
    """Another process holds the case too long."""


class DiskFullError(ArchiveError):
    """No room left where the case lives."""


class TamperedError(ArchiveError):
    """The case does not agree with its own record."""


class MissingExtraError(FirstseenError):
    """An optional part is not installed."""
