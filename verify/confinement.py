"""What the operating system can take away from a process, each as one call. Rule: ask, and say what was granted.

Everything here is Linux or POSIX by ctypes and the standard library, needs no root and no installed program, and
never raises for a system that refuses: the caller is told which level was reached, and the report says so.
Sources: prctl(2), unshare(2), user_namespaces(7), setrlimit(2), landlock(7).
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from pathlib import Path

_PR_SET_PDEATHSIG = 1
_PR_SET_NO_NEW_PRIVS = 38
_CLONE_NEWUSER = 0x10000000
_CLONE_NEWNET = 0x40000000


def _libc() -> ctypes.CDLL | None:
    return ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def _prctl(option: int, argument: int) -> bool:
    libc = _libc()
    return libc is not None and libc.prctl(option, ctypes.c_ulong(argument), 0, 0, 0) == 0


def without_network() -> bool:
    """Move this process into a network namespace with no way out; True if the system allowed it.

    Must run before any thread exists (unshare(2) refuses a new user namespace otherwise).
    """
    libc = _libc()
    if libc is None:
        return False
    user, group = os.geteuid(), os.getegid()
    if libc.unshare(_CLONE_NEWUSER | _CLONE_NEWNET) == 0:
        # Without a mapping of our own ids, files would seem to belong to nobody and could not be written.
        for name, text in (("setgroups", "deny"), ("uid_map", f"{user} {user} 1"), ("gid_map", f"{group} {group} 1")):
            try:
                Path("/proc/self", name).write_text(text, encoding="ascii")
            except OSError:
                continue  # a missing mapping shows as files that cannot be written, and is then reported as that
        return True
    return bool(libc.unshare(_CLONE_NEWNET) == 0)


def without_new_privileges() -> bool:
    """Forbid this process and its children ever to gain rights (set-uid programs); True if granted."""
    return _prctl(_PR_SET_NO_NEW_PRIVS, 1)


def die_with_parent(parent: int) -> bool:
    """Have the system kill this process when its parent ends; ends at once if `parent` is already gone."""
    granted = _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL) if sys.platform == "linux" else False
    if hasattr(os, "getppid") and os.getppid() != parent:
        os._exit(1)
    return granted


def memory_in_use() -> int:
    """Return the bytes of address space this process has, 0 where the system does not tell."""
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    except (OSError, ValueError, IndexError):
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE")


def limit(*, memory: int, cpu_seconds: int, file_size: int, open_files: int) -> list[str]:
    """Set resource limits on this process, in bytes, seconds and files; return the words of those granted.

    `memory` counts on top of the address space already in use, because libraries map far more than they touch
    (measured: 0.6 GB mapped, 70 MB resident after importing PyAV, OpenCV and numpy).
    """
    if sys.platform == "win32":
        return []
    import resource  # POSIX only

    wanted = [
        ("core dumps", resource.RLIMIT_CORE, 0),
        ("processor time", resource.RLIMIT_CPU, cpu_seconds),
        ("file size", resource.RLIMIT_FSIZE, file_size),
        ("open files", resource.RLIMIT_NOFILE, open_files),
    ]
    if sys.platform == "linux":  # macOS accepts RLIMIT_AS and does not keep it
        wanted.append(("memory", resource.RLIMIT_AS, memory_in_use() + memory))
    granted = []
    for words, what, value in wanted:
        hard = resource.getrlimit(what)[1]
        value = value if hard == resource.RLIM_INFINITY else min(value, hard)
        # One second between the soft and the hard processor limit: SIGXCPU first, which names the reason.
        above = value + 1 if what == resource.RLIMIT_CPU and hard == resource.RLIM_INFINITY else value
        try:
            resource.setrlimit(what, (value, above))
        except (OSError, ValueError):
            continue
        granted.append(words)
    return granted


# landlock(7): system calls (one number on every architecture), rights, and the first version that knows each.
_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_WRITE_FILE, _TRUNCATE = 1 << 1, 1 << 14
_CHANGES = _WRITE_FILE | sum(1 << bit for bit in range(4, 13))  # write, remove and make anything
_REFER = 1 << 13  # link or rename across folders; version 2
_TCP = 0b11  # bind and connect; version 4


class _Ruleset(ctypes.Structure):
    _fields_ = (("files", ctypes.c_uint64), ("network", ctypes.c_uint64))


class _Beneath(ctypes.Structure):
    _pack_ = 1
    _layout_ = "ms"  # what _pack_ means; Python 3.14 wants it said
    _fields_ = (("allowed", ctypes.c_uint64), ("folder", ctypes.c_int32))


def writes_only_under(folder: Path) -> list[str]:
    """Forbid this process to change any file outside `folder`, and TCP where the system can; return what was granted.

    Needs `without_new_privileges` before. Reading stays allowed: libraries read all over the system.
    """
    libc = _libc()
    if libc is None:
        return []
    version = libc.syscall(_CREATE_RULESET, None, ctypes.c_size_t(0), ctypes.c_uint32(1))
    if version < 1:
        return []
    changes = _CHANGES | (_REFER if version >= 2 else 0) | (_TRUNCATE if version >= 3 else 0)
    wanted = _Ruleset(changes, _TCP if version >= 4 else 0)
    size = ctypes.sizeof(wanted) if version >= 4 else 8
    rules = libc.syscall(_CREATE_RULESET, ctypes.byref(wanted), ctypes.c_size_t(size), ctypes.c_uint32(0))
    if rules < 0:
        return []
    try:
        nothing = (Path(os.devnull), (_WRITE_FILE | _TRUNCATE) & changes)
        if not all(_allow(libc, rules, path, rights) for path, rights in ((folder, changes), nothing)):
            return []
        if libc.syscall(_RESTRICT_SELF, rules, ctypes.c_uint32(0)) != 0:
            return []
    finally:
        os.close(rules)
    return ["writes only its own folder", *(["no TCP"] if version >= 4 else [])]


def _allow(libc: ctypes.CDLL, rules: int, path: Path, rights: int) -> bool:
    held = os.open(path, getattr(os, "O_PATH", 0) | os.O_CLOEXEC)
    try:
        rule = _Beneath(rights, held)
        return bool(libc.syscall(_ADD_RULE, rules, 1, ctypes.byref(rule), ctypes.c_uint32(0)) == 0)
    finally:
        os.close(held)
