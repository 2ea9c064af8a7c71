"""A module of functions that misbehave, as text: the tests put it where the nursery finds it, and run it there."""

TRICKS = """
import os, signal, socket, sys, time
from pathlib import Path

def echo(*, out, **given): return {"given": given, "pid": os.getpid()}
def crash(*, out): os.kill(os.getpid(), signal.SIGSEGV); time.sleep(60)
def overrun(*, out):
    import ctypes; ctypes.string_at(0)
def hang(*, out):
    (Path(out) / "pid").write_text(str(os.getpid())); time.sleep(600)
def spin(*, out):
    while True: pass
def flood(*, out): return len(bytearray(3 << 30))
def fill(*, out):
    with open(Path(out) / "big", "wb") as f:
        for _ in range(64): f.write(bytes(1 << 20))
def leave_a_child(*, out):
    child = os.fork()
    if child == 0:
        time.sleep(600)
    (Path(out) / "pid").write_text(str(child)); return child
def hang_with_a_child(*, out):
    leave_a_child(out=out); time.sleep(600)
def links(*, out):
    (Path(out) / "keyframes").mkdir(); (Path(out) / "keyframes" / "001.jpg").symlink_to("/etc/passwd")
    (Path(out) / "folder").symlink_to("/etc"); os.mkfifo(Path(out) / "pipe"); return "done"
def forge(*, out):
    (Path(out) / "result.json").symlink_to("/etc/hostname"); os._exit(0)
def nonsense(*, out):
    (Path(out) / "result.json").write_text("{"); os._exit(0)
def raises(*, out):
    from verify.errors import LimitError
    raise LimitError("A named error.", "With advice.")
def bug(*, out): return {}["no such key"]
def connect(*, out, port):
    try: socket.create_connection(("127.0.0.1", port), 2).close()
    except OSError as error: return str(error)
    return "connected"
def write_elsewhere(*, out, path):
    try: Path(path).write_text("x")
    except OSError as error: return str(error)
    return "written"
def remove_elsewhere(*, out, path):
    try: Path(path).unlink()
    except OSError as error: return str(error)
    return "removed"
def temporary(*, out):
    import tempfile
    with tempfile.NamedTemporaryFile() as file: return file.name.startswith(str(out))
def open_many(*, out): return len([os.open("/dev/null", os.O_RDONLY) for _ in range(500)])
def shout(*, out): print("hello"); sys.stderr.write("world"); os.write(1, b'{"id": 1, "status": 0}\\n'); return 1
def descriptors(*, out):
    held = [f"/proc/self/fd/{n}" for n in os.listdir("/proc/self/fd")]
    return sorted(os.readlink(f) for f in held if os.path.exists(f))
"""
