#!/usr/bin/env python3
"""The rules of the house. Prints each breach; exit status 1 where there is one.

A room is a directory of src/, its headers stand in the same directory of include/. A room uses only
itself and rooms before it in ROOMS. That is read twice: from the #include lines, and, where there is a
build, from the symbols the object files take from each other (nm). Neither rooms nor files form a circle;
nothing is excepted.

usage: layers.py [BUILD-DIRECTORY]
"""
import collections
import concurrent.futures
import os
import re
import shutil
import subprocess
import sys

# Lowest first; rooms on one line do not use each other.
ROOMS = """
base
model/record
model/holders model/apps
model
model/text model/table
model/kinds/parts
model/kinds
model/identity
model/consequence model/triage model/events
linux/process linux/bpf
linux/objects linux/holders linux/waiters linux/files linux/namespaces
linux/shared
linux/actions
linux replay
engine/ask
engine/holders
engine/users
engine/shared engine/files
engine
store
session/prompt
session
session/actions
session/commands
controller
output
ui/canvas
ui/terminal ui/prompts ui/parts
ui
.
"""
RANK = {room: rank for rank, line in enumerate(ROOMS.split("\n")) for room in line.split()}

# Who alone may include what.
LIBRARIES = {
    r"(ncursesw/)?(n?curses|term)\.h": ["src/ui/terminal/"],
    r"libproc2/.*": ["src/linux/process/"],
    r"jansson\.h": ["src/output/", "src/replay/"],
    r"libsmartcols(/libsmartcols)?\.h": ["src/output/"],
}
ROOM_FILES_MAX = 21
FILE_LINES_MAX = 400

# Kinds are closed: all that is special about one stands in its file of model/kinds. Who else asks which
# kind it has, and why; nobody is added without somebody leaving.
KIND_HOME = ("src/model/kinds/", "include/model/kinds/")
KIND_USERS = [
    "include/model/record/identity.h",  # the list of kinds
    "src/linux/actions/objects.c",  # calls that differ: shmctl, semctl, msgctl
    "src/linux/bpf/traces.c",  # system calls by what they are about
    "src/linux/objects/ipcstat.c",
    "src/linux/objects/sysvipc.c",
    "src/linux/waiters/waiters.c",
    "src/model/apps/object_users.c",  # rooms below model/kinds
    "src/model/record/limit_spec.c",
    "src/model/record/snapshot.c",
    "src/model/text/words.c",
    "src/model/consequence/remove.c",  # sentences of its own for each
    "src/model/triage/system.c",
]
KIND_USERS_MAX = 12
FORMATTER = 14  # the major version whose output is checked: others break lines differently

breaches = []


def breach(text):
    breaches.append(text)


def room_of(path):
    """src/model/kinds/segments.c, include/model/kinds/parts/cells.h, model/kinds/parts/cells.h: model/kinds"""
    return os.path.dirname(re.sub(r"^(src|include)/", "", path)) or "."


def sources():
    for top in ("src", "include"):
        for directory, _, names in os.walk(top):
            for name in names:
                if name.endswith((".c", ".h")):
                    yield os.path.join(directory, name)


def may_use(room, other):
    return room == other or RANK[other] < RANK[room]


def check_includes(files):
    for path in files:
        room = room_of(path)
        if room not in RANK:
            breach(f"{path}: its room {room} is not in the list of {sys.argv[0]}")
            continue
        for line in open(path, encoding="utf-8"):
            found = re.match(r'\s*#\s*include\s*(["<])([^">]+)[">]', line)
            if not found:
                continue
            target = found.group(2)
            if found.group(1) == '"' and "/" in target and not may_use(room, room_of(target)):
                breach(f"{path} ({room}) includes {target}")
            for pattern, homes in LIBRARIES.items():
                if re.fullmatch(pattern, target) and not path.startswith(tuple(homes)):
                    breach(f"{path} includes {target}")
            if path.startswith("include/") and re.fullmatch(r"sys/(shm|sem|msg|ipc)\.h", target):
                breach(f"{path} includes {target}: no header of ours names System V types")


def check_rooms(files):
    sizes = collections.Counter(room_of(f) for f in files if f.startswith("src/") and f.endswith(".c"))
    for room, n in sizes.items():
        if n > ROOM_FILES_MAX:
            breach(f"src/{room} holds {n} files, more than {ROOM_FILES_MAX}")
    for path in files:
        with open(path, encoding="utf-8") as source:
            lines = sum(1 for _ in source)
        if lines > FILE_LINES_MAX:
            breach(f"{path} has {lines} lines, more than {FILE_LINES_MAX}")


def check_kinds(files):
    kinds = set(re.findall(r"\bKIND_\w+", open("include/model/record/identity.h", encoding="utf-8").read()))
    pattern = re.compile(r"\b(" + "|".join(sorted(kinds)) + r")\b")
    users = {f for f in files if not f.startswith(KIND_HOME) and pattern.search(open(f, encoding="utf-8").read())}
    for path in sorted(users - set(KIND_USERS)):
        breach(f"{path} asks which kind it has: that is for a method or a flag of struct kind")
    for path in sorted(set(KIND_USERS) - users):
        breach(f"{path} names no kind any longer: take it off the list of {sys.argv[0]}")
    if len(KIND_USERS) > KIND_USERS_MAX:
        breach(f"{len(KIND_USERS)} files ask which kind they have, more than {KIND_USERS_MAX}")


def compile_alone(header):
    text = f'#include "{header[len("include/"):]}"\n'
    compiler = os.environ.get("CC", "cc").split()
    flags = "-std=gnu17 -D_GNU_SOURCE -Wall -Wextra -Werror -iquote include -x c -fsyntax-only -"
    result = subprocess.run(compiler + flags.split(), input=text, capture_output=True, text=True)
    return header, result.returncode == 0, result.stderr


def check_headers(files):
    headers = [f for f in files if f.startswith("include/")]
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for header, good, said in pool.map(compile_alone, headers):
            if not good:
                breach(f"{header} does not compile alone:\n{said}")
    for header in headers:
        twin = "src/" + header[len("include/"):-len(".h")] + ".c"
        with open(header, encoding="utf-8") as file:
            if not os.path.exists(twin) and not file.readline().startswith("// Header only."):
                breach(f"{header} serves no file of its own: {twin} does not exist")


def link_graph(build):
    """file -> files whose symbols it takes, of the objects whose sources still exist"""
    objects = []
    for directory, _, names in os.walk(os.path.join(build, "src")):
        for name in names:
            path = os.path.join(directory, name)
            source = os.path.relpath(path, build)[:-2] + ".c"
            if name.endswith(".o") and os.path.exists(source):
                objects.append(path)
    if not objects:
        return {}
    made, taken = {}, collections.defaultdict(set)
    listing = subprocess.run(["nm", "-A"] + objects, capture_output=True, text=True, check=True)
    for line in listing.stdout.splitlines():
        path, rest = line.split(":", 1)
        kind, name = rest.split()[-2:]
        file = os.path.relpath(path, os.path.join(build, "src"))[:-2]
        if kind == "U":
            taken[file].add(name)
        elif kind in "TDBRVWC":
            made[name] = file
    return {file: {made[n] for n in names if n in made and made[n] != file}
            for file, names in taken.items()}


def circles(graph):
    """Strongly connected components of more than one node (Tarjan)."""
    index, low, stack, found = {}, {}, [], []

    def visit(node):
        index[node] = low[node] = len(index)
        stack.append(node)
        for other in sorted(graph.get(node, ())):
            if other not in index:
                visit(other)
                low[node] = min(low[node], low[other])
            elif other in stack:
                low[node] = min(low[node], index[other])
        if low[node] == index[node]:
            component = []
            while not component or component[-1] != node:
                component.append(stack.pop())
            if len(component) > 1:
                found.append(sorted(component))

    for node in sorted(graph):
        if node not in index:
            visit(node)
    return found


def check_links(build):
    graph = link_graph(build)
    rooms = collections.defaultdict(set)
    for file, others in graph.items():
        for other in others:
            here, there = os.path.dirname(file) or ".", os.path.dirname(other) or "."
            if here != there:
                rooms[here].add(there)
                if here in RANK and there in RANK and not may_use(here, there):
                    breach(f"{file} uses {other}: {here} may not use {there}")
    for component in circles(graph):
        breach("files in a circle: " + " ".join(component))
    for component in circles(rooms):
        breach("rooms in a circle: " + " ".join(component))


def check_format():
    formatter = shutil.which(f"clang-format-{FORMATTER}") or shutil.which("clang-format")
    if not formatter:
        return
    version = subprocess.run([formatter, "--version"], capture_output=True, text=True).stdout
    if f"version {FORMATTER}." not in version:
        print(f"layers: format not checked: {version.strip()} is not version {FORMATTER}")
        return
    files = subprocess.run(["git", "ls-files", "*.c", "*.h"], capture_output=True, text=True).stdout.split()
    files = [f for f in files if os.path.exists(f)]
    result = subprocess.run([formatter, "--dry-run", "-Werror"] + files, capture_output=True, text=True)
    for line in result.stderr.splitlines():
        if "error:" in line:
            breach(line)


def check_top_level():
    if not shutil.which("git"):
        return
    listed = subprocess.run(["git", "ls-files"], capture_output=True, text=True).stdout.split("\n")
    allowed = {"Makefile", "src", "include", "tests", "screenshots", "README.md", "LICENSE"}
    for entry in sorted({path.split("/")[0] for path in listed if path}):
        if entry not in allowed and not entry.startswith("."):
            breach(f"top level holds {entry}")


def main():
    os.chdir(os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
    files = sorted(sources())
    check_includes(files)
    check_rooms(files)
    check_kinds(files)
    check_headers(files)
    check_links(sys.argv[1] if len(sys.argv) > 1 else "build")
    check_format()
    check_top_level()
    for text in breaches:
        print(f"layers: {text}")
    return 1 if breaches else 0


if __name__ == "__main__":
    sys.exit(main())
