"""What a learner's code may not do: each attempt runs inside an answer, which is right only if it raised OSError."""
import sys
from pathlib import Path

import pytest

from .helpers import ALL_RIGHT, lesson_01, statuses

pytestmark = [pytest.mark.slow, pytest.mark.skipif(sys.platform != "linux", reason="confinement is Linux's")]

ROOT = Path(__file__).resolve().parents[2]


def must_fail(attempt: str) -> str:
    lines = "\n".join("        " + line for line in attempt.splitlines())
    return ("def softmax(x):\n    import ctypes, glob, os, signal, socket, resource\n    from pathlib import Path\n"
            "    libc = ctypes.CDLL(None, use_errno=True)\n    def check(result):\n"
            "        if result < 0: raise OSError(ctypes.get_errno(), 'refused')\n    try:\n" + lines +
            "\n    except (OSError, ValueError):\n        p = np.exp(x - x.max(-1, keepdims=True))\n"
            "        return p / p.sum(-1, keepdims=True)\n    return None")


ESCAPES = {
    "reading the solutions": f"Path({str(ROOT / 'solutions/01_dot_product_attention.py')!r}).read_text()",
    "reading the references": f"Path({str(ROOT / 'classroom/exercises/lesson_01/tasks.py')!r}).read_text()",
    "listing the repository": f"os.listdir({str(ROOT)!r})",
    "reading /etc/passwd": "open('/etc/passwd').read()",
    "listing home": "os.listdir(os.path.expanduser('~root'))",
    "listing /tmp": "os.listdir('/tmp')",
    "the server's memory": "open(f'/proc/{os.getppid()}/mem', 'rb')",
    "the server's environment": "open(f'/proc/{os.getppid()}/environ', 'rb')",
    "its own maps": "open('/proc/self/maps')",
    "killing the server": "os.kill(os.getppid(), signal.SIGKILL)",
    "killing everybody": "os.kill(-1, signal.SIGKILL)",
    "a signal by fcntl": "import fcntl\nfcntl.fcntl(3, 8, os.getppid())",
    "a signal by pidfd": "check(libc.syscall(434, os.getppid(), 0))",
    "tracing the server": "check(libc.ptrace(16, os.getppid(), 0, 0))",
    "reading the server's memory": "check(libc.syscall(310, os.getppid(), 0, 0, 0, 0, 0))",
    "limits of the server": "resource.prlimit(os.getppid(), resource.RLIMIT_CPU, (1, 1))",
    "higher limits": "resource.setrlimit(resource.RLIMIT_AS, (resource.RLIM_INFINITY,) * 2)",
    "a unix socket": "socket.socket(socket.AF_UNIX)",
    "a datagram": "socket.socket(socket.AF_INET, socket.SOCK_DGRAM)",
    "fork": "os.fork()",
    "vfork": "check(libc.vfork())",
    "execve": "os.execv('/bin/true', ['/bin/true'])",
    "a namespace": "check(libc.unshare(0x10000000))",
    "mount": "check(libc.mount(b'none', b'/tmp', b'tmpfs', 0, 0))",
    "chroot": "os.chroot('.')",
    "becoming root": "os.setuid(0)",
    "io_uring": "check(libc.syscall(425, 8, 0))",
    "bpf": "check(libc.syscall(321, 0, 0, 0))",
    "perf": "check(libc.syscall(298, 0, 0, -1, -1, 0))",
    "userfaultfd": "check(libc.syscall(323, 0))",
    "keyrings": "check(libc.syscall(250, 0, -3, 0))",
    "memfd": "os.memfd_create('x')",
    "shared memory": "check(libc.shmget(0, 4096, 0o1600))",
    "message queues": "check(libc.msgget(0, 0o1600))",
    "the priority of the server": "os.setpriority(os.PRIO_PROCESS, os.getppid(), 19)",
    "a new session": "os.setsid()",
    "an open folder": "[os.listdir(f'/proc/self/fd/{n}') for n in range(64)]",
    "folders without end": "os.mkdir('a')",
    "a link": "os.symlink('/etc/passwd', 'a')",
    "a hard link": "os.link('/dev/null', 'a')",
    "a pipe in the folder": "os.mkfifo('a')",
    "writing beside its folder": "open('../beside', 'w').write('x')",
    "moving a file out of its folder": "open('a', 'w').write('x')\nos.rename('a', '../a')",
    "writing elsewhere": "open('//tmp/expected', 'w').write('x')",
    "writing to /dev/shm": "open('/dev/shm/expected', 'w').write('x')",
    "a large file": "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\nopen('a', 'wb').write(bytes(20 << 20))",
    "the terminal": "open('/dev/tty', 'w')",
}


@pytest.mark.parametrize("escape", ESCAPES)
def test_no_way_out(graded, escape):
    assert statuses(graded(lesson_01(ex_1_2=must_fail(ESCAPES[escape])))) == ALL_RIGHT
