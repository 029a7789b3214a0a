"""A seccomp filter in which everything is forbidden that computing with NumPy and torch does not need.

The list says what is allowed. So there is no network, no new process, no signal to anybody, no tracing, no mounting,
no namespace, no key, no bpf, no io_uring, and nothing that a later kernel adds. What is refused gets EPERM.
"""
import ctypes
import errno
import platform
import struct
import sys

__all__ = ["available", "program", "restrict"]

# read write readv writev pread64 pwrite64 open openat close close_range stat fstat lstat newfstatat statx lseek mmap
# mprotect munmap mremap brk madvise rt_sigaction rt_sigprocmask rt_sigreturn sigaltstack futex sched_yield
# sched_getaffinity nanosleep clock_nanosleep clock_gettime clock_getres gettimeofday time times getrandom getpid gettid
# getppid getuid geteuid getgid getegid getgroups getresuid getresgid getpgrp getpgid getsid uname sysinfo getcwd chdir
# readlink readlinkat access faccessat faccessat2 poll ppoll select pselect6 epoll_create1 epoll_wait epoll_pwait
# epoll_ctl pipe pipe2 dup dup2 dup3 getdents64 unlink unlinkat rename renameat renameat2 ftruncate truncate fsync
# fdatasync umask setitimer getitimer alarm exit exit_group restart_syscall set_robust_list get_robust_list rseq
# set_tid_address arch_prctl membarrier getrlimit getrusage getcpu mincore get_mempolicy eventfd2 statfs fstatfs
# fadvise64 wait4 sched_getparam sched_getscheduler getpriority
_ALLOWED = {
    "x86_64": (
        0, 1, 19, 20, 17, 18, 2, 257, 3, 436, 4, 5, 6, 262, 332, 8, 9, 10, 11, 25, 12, 28, 13, 14, 15, 131, 202, 24,
        204, 35, 230, 228, 229, 96, 201, 100, 318, 39, 186, 110, 102, 107, 104, 108, 115, 118, 120, 111, 121, 124, 63,
        99, 79, 80, 89, 267, 21, 269, 439, 7, 271, 23, 270, 291, 232, 281, 233, 22, 293, 32, 33, 292, 217, 87, 263, 82,
        264, 316, 77, 76, 74, 75, 95, 38, 36, 37, 60, 231, 219, 273, 274, 334, 218, 158, 324, 97, 98, 309, 27, 239,
        290, 137, 138, 221, 61, 143, 145, 140),
    "aarch64": (
        63, 64, 65, 66, 67, 68, 56, 57, 436, 80, 79, 291, 62, 222, 226, 215, 216, 214, 233, 134, 135, 139, 132, 98,
        124, 123, 101, 115, 113, 114, 169, 153, 278, 172, 178, 173, 174, 175, 176, 177, 158, 148, 150, 155, 156, 160,
        179, 17, 49, 78, 48, 439, 73, 72, 20, 22, 21, 59, 23, 24, 61, 35, 38, 276, 46, 45, 82, 83, 166, 103, 102, 93,
        94, 128, 99, 100, 293, 96, 283, 163, 165, 168, 232, 236, 19, 43, 44, 223, 260, 121, 120, 141),
}
# clone, clone3, fcntl, ioctl, prctl, prlimit64: allowed for some of their arguments.
_JUDGED = {"x86_64": (56, 435, 72, 16, 157, 302), "aarch64": (220, 435, 25, 29, 167, 261)}
_AUDIT = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}

_CLONE_THREAD = 0x10000
# F_DUPFD F_GETFD F_SETFD F_GETFL F_SETFL F_DUPFD_CLOEXEC: not those that have signals sent to other processes
_FCNTL = (0, 1, 2, 3, 4, 1030)
_IOCTL = (0x5401, 0x5413, 0x541B, 0x5421, 0x5450, 0x5451)     # terminal size and mode, FIONREAD, FIONBIO, close-on-exec
_PRCTL = (15, 16, 0x53564D41)                                 # names of threads and of memory

_LOAD, _JEQ, _JGE, _JSET, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_ALLOW, _KILL, _ERRNO = 0x7FFF0000, 0x80000000, 0x00050000
_NR, _ARCH, _ARG0, _ARG1 = 0, 4, 16, 24                       # offsets in struct seccomp_data (little endian)


def available() -> bool:
    """Whether there is a table for this machine."""
    return sys.platform == "linux" and platform.machine() in _ALLOWED


def program() -> bytes:
    """The filter for this machine, in classic BPF."""
    machine = platform.machine()
    clone, clone3, fcntl, ioctl, prctl, prlimit = _JUDGED[machine]
    code: list[tuple[int, int, int, int]] = [
        (_LOAD, 0, 0, _ARCH), (_JEQ, 1, 0, _AUDIT[machine]), (_RETURN, 0, 0, _KILL), (_LOAD, 0, 0, _NR)]
    for number in _ALLOWED[machine]:
        code += [(_JEQ, 0, 1, number), (_RETURN, 0, 0, _ALLOW)]
    code += [(_JEQ, 0, 1, clone3), (_RETURN, 0, 0, _ERRNO | errno.ENOSYS)]       # glibc then tries clone
    code += [(_JEQ, 0, 4, clone), (_LOAD, 0, 0, _ARG0), (_JSET, 0, 1, _CLONE_THREAD), (_RETURN, 0, 0, _ALLOW),
             (_RETURN, 0, 0, _ERRNO | errno.EPERM)]
    code += _one_of(fcntl, _ARG1, _FCNTL) + _one_of(ioctl, _ARG1, _IOCTL) + _one_of(prctl, _ARG0, _PRCTL)
    code += _one_of(prlimit, _ARG0, (0,))                                         # its own limits only
    code += [(_RETURN, 0, 0, _ERRNO | errno.EPERM)]
    return b"".join(struct.pack("<HBBI", *line) for line in code)


def _one_of(number: int, argument: int, values: tuple[int, ...]) -> list[tuple[int, int, int, int]]:
    body = [(_LOAD, 0, 0, argument)]
    for value in values:
        body += [(_JEQ, 0, 1, value), (_RETURN, 0, 0, _ALLOW)]
    body.append((_RETURN, 0, 0, _ERRNO | errno.EPERM))
    return [(_JEQ, 0, len(body), number), *body]


def restrict(filter: bytes) -> None:
    """Install the filter for this process, for good. Needs no_new_privs. Raises OSError."""
    if sys.platform != "linux":
        raise OSError(errno.ENOSYS, "seccomp is Linux's")

    class Program(ctypes.Structure):
        _fields_ = [("length", ctypes.c_ushort), ("code", ctypes.c_void_p)]

    buffer = ctypes.create_string_buffer(filter, len(filter))
    program = Program(len(filter) // 8, ctypes.addressof(buffer))
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(22, 2, ctypes.byref(program), 0, 0):                            # PR_SET_SECCOMP, SECCOMP_MODE_FILTER
        raise OSError(ctypes.get_errno(), "seccomp")
