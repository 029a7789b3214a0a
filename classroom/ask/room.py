"""The room in which an answer is tried: the same whatever the session has set, and left as it was found.

A session may have another default dtype or device, autocast, inference mode, several threads, warnings that are
errors. None of it belongs to the answer, and none of it may decide a verdict.
"""
import contextlib
import random
import sys
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from .memory import marked

__all__ = ["left_switched", "seed_all", "undisturbed"]

_PRINTED: dict[str, Any] = {          # NumPy's own
    "precision": 8, "threshold": 1000, "edgeitems": 3, "linewidth": 75, "suppress": False, "nanstr": "nan",
    "infstr": "inf", "formatter": None, "sign": "-", "floatmode": "maxprec", "legacy": False}


@contextlib.contextmanager
def undisturbed() -> Iterator[None]:
    """Inside, Python, NumPy and PyTorch are as they come; afterwards as they were, the random generators too."""
    with contextlib.ExitStack() as stack:
        stack.callback(random.setstate, random.getstate())
        stack.callback(np.random.set_state, np.random.get_state())
        stack.enter_context(warnings.catch_warnings())
        warnings.simplefilter("ignore")
        stack.enter_context(np.errstate(all="ignore"))
        stack.enter_context(np.printoptions(**_PRINTED))
        stack.enter_context(marked())
        if (torch := sys.modules.get("torch")) is not None:
            _seal(torch, stack)
        yield


def left_switched(call: Callable[[], Any]) -> tuple[Any, str]:
    """Call it. Its value, and what it has switched in PyTorch and left so, which is switched back: or ""."""
    torch = sys.modules.get("torch")
    if torch is None:
        return call(), ""
    gradients, dtype = torch.is_grad_enabled(), torch.get_default_dtype()
    try:
        value = call()
        return value, "gradients" if torch.is_grad_enabled() != gradients else \
            "dtype" if torch.get_default_dtype() != dtype else ""
    finally:
        torch.set_grad_enabled(gradients)
        torch.set_default_dtype(dtype)


def seed_all() -> None:
    """The same random numbers in every evaluation."""
    random.seed(0)
    np.random.seed(0)
    if "torch" in sys.modules:
        sys.modules["torch"].default_generator.manual_seed(0)    # the CPU's; for GPUs torch keeps a list that grows


def _seal(torch: Any, stack: contextlib.ExitStack) -> None:
    """PyTorch's settings. What is a context is entered only where it is needed, for each slows every call a little."""
    settings: list[tuple[Callable[[], Any], Callable[[Any], Any], Any]] = [
        (torch.get_default_dtype, torch.set_default_dtype, torch.float32),
        (torch.get_num_threads, torch.set_num_threads, 1),       # threads that spin beside others' are charged to it
        (torch.get_deterministic_debug_mode, torch.set_deterministic_debug_mode, 0),
        (torch.get_float32_matmul_precision, torch.set_float32_matmul_precision, "highest"),
        (torch.is_anomaly_enabled, torch.autograd.set_detect_anomaly, False),
    ]
    for get, put, value in settings:
        before = get()
        stack.callback(_restore, get, put, before)
        if before != value:
            put(value)
    options = vars(torch._tensor_str.PRINT_OPTS)
    stack.callback(options.update, dict(options))
    torch.set_printoptions(profile="default", sci_mode=None)
    stack.callback(_restore, lambda: _default_device(torch), torch.set_default_device, _default_device(torch))
    if _default_device(torch) is not None:
        torch.set_default_device(None)
    if torch.get_default_device().type != "cpu":                 # inside `with torch.device(...)`
        stack.enter_context(torch.device("cpu"))
    if torch.is_inference_mode_enabled():
        stack.enter_context(torch.inference_mode(False))
    for device in ("cpu", "cuda"):
        if torch.is_autocast_enabled(device):
            stack.enter_context(torch.autocast(device, enabled=False))
    stack.enter_context(torch.random.fork_rng(devices=[]))
    stack.enter_context(torch.enable_grad())


def _default_device(torch: Any) -> Any:
    """The device that `torch.set_default_device` was given, or None."""
    return getattr(getattr(torch._GLOBAL_DEVICE_CONTEXT, "device_context", None), "device", None)


def _restore(get: Callable[[], Any], put: Callable[[Any], Any], before: Any) -> None:
    """Also where the answer has changed it."""
    if get() != before:
        put(before)
