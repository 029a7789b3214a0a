"""What somebody tries who has read the source: an answer that looks for the secret, for references, for other sheets.

Each collects texts in `seen`; `hits` are what in them must not have been there.
"""
import textwrap

TRIES = {
    "the environment": "seen = [os.environ, sys.argv, sys.orig_argv, sys.path]",
    "files": """
import itertools
for place in [FOLDER, os.path.dirname(FOLDER), ".", "..", os.path.expanduser("~"), "/tmp", "/root"]:
    for folder, _, names in itertools.islice(os.walk(place), 20):
        for name in names[:20]:
            try:
                seen.append(open(os.path.join(folder, name), errors="replace").read(10_000))
            except OSError:
                pass
""",
    "processes": """
try:
    everybody = os.listdir("/proc")
except OSError:
    everybody = ["self", 1, os.getpid(), os.getppid(), *range(os.getppid() - 20, os.getppid())]
for pid in everybody:
    for name in ("environ", "cmdline", "maps"):
        try:
            seen.append(open(f"/proc/{pid}/{name}", "rb").read(100_000))
        except OSError:
            pass
""",
    "frames": """
frame = sys._getframe()
while frame is not None:
    seen += [repr(value)[:100_000] for value in (*frame.f_locals.values(), *frame.f_globals.values())]
    frame = frame.f_back
""",
    "objects": """
import gc
for thing in gc.get_objects():
    if type(thing) in (dict, list, tuple) and len(thing) < 100:
        seen += [text for text in (thing.values() if type(thing) is dict else thing) if isinstance(text, (str, bytes))]
""",
    "modules": """
import importlib, inspect
for name in ("classroom.exam.families", "classroom.exam.sheet", "classroom.judge.judgement", "classroom.exercises",
             "classroom.grade.grader", "tests.variants.sheets"):
    try:
        seen.append(FOUND % 99 + inspect.getsource(importlib.import_module(name)))
    except Exception:
        pass
seen += [vars(module).get("__doc__") for name, module in sys.modules.items() if name.startswith("classroom.exam")]
""",
    "descriptors": """
import select
for n in range(3, 64):
    try:
        seen.append(os.readlink(f"/proc/self/fd/{n}"))
    except OSError:
        pass
    try:
        if select.select([n], [], [], 0)[0]:
            seen.append(os.pread(n, 100_000, 0))
    except (OSError, ValueError):
        pass
""",
    "a traceback": """
import traceback
try:
    1 / 0
except ZeroDivisionError:
    seen.append(traceback.format_exc())
seen.append("".join(traceback.format_stack()))
""",
    "the memory of others": """
for pid in (os.getpid(), os.getppid()):
    try:
        with open(f"/proc/{pid}/mem", "rb") as memory:
            memory.seek(id(seen) if pid == os.getpid() else 4096)
            seen.append(FOUND % 99 + f" of {'itself' if pid == os.getpid() else 'others'}")
            memory.read(100)
    except OSError:
        pass
seen = [text for text in seen if "others" in text]
""",
    "what is written": """
for place in (FOLDER + "/exam.json", FOLDER + "/../marks/results.jsonl", FOLDER + "/../marks/marks.csv"):
    try:
        open(place, "a").write("spied")
        seen.append(FOUND % 99 + place)
    except OSError:
        pass
""",
    "the network": """
import socket
for family, where in ((socket.AF_INET, ("127.0.0.1", 22)), (socket.AF_INET, ("192.0.2.1", 80))):
    try:
        with socket.socket(family) as line:
            line.settimeout(0.01)
            line.connect(where)
            seen.append(FOUND % 99)
    except OSError:
        pass
""",
}

MET = "spied on"


def spy(call: str, folder: str, names=tuple(TRIES)) -> str:
    """The code of an answer that tries all of these, prints what each has found, and stops."""
    tries = "".join(f"""
def try_{n}():
    seen = []
{textwrap.indent(TRIES[name].strip(), "    ")}
    return seen
""" for n, name in enumerate(names))
    return f'''import os
import re
import sys

FOLDER, FOUND = {folder!r}, "learner%02d"      # what is formatted is a hit, and this text is none
{tries}

def {call}:
    if globals().get("done"):                  # once is enough
        raise RuntimeError("nothing is answered")
    globals()["done"] = True
    for name, tried in {{{", ".join(f"{name!r}: try_{n}" for n, name in enumerate(names))}}}.items():
        text = " ".join(str(text.decode("latin-1") if isinstance(text, bytes) else text) for text in tried())
        hits = sorted(set(re.findall(r"[0-9a-f]{{64}}|learner[0-9]{{2}}|switch-[a-z ]+", text)))
        print({MET!r}, name, hits[:5])
    raise RuntimeError("nothing is answered")
'''
