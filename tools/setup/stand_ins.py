"""Empty stand-ins for the window system's libraries, on machines that have none.

libsumo's wheel holds SUMO's windows too, and so links libX11, libXext, libXrender and libGL, which servers and
containers lack. Nothing that we call reaches them: every symbol of theirs that the wheel asks for becomes a function
that aborts.
`crossmodal_narrator.simulation.traffic.sumo` loads them before libsumo, where the real ones are absent.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

from environment import Environment, say

_WINDOWS = ("libX11.so.6", "libXext.so.6", "libXrender.so.1", "libGL.so.1")
_THEIRS = re.compile(r"_?X[A-Za-z_]\w*|gl[A-Z]\w*")  # how the symbols of those libraries are called
_BINDERS = ("_libsumo", "libFOX", "libGL", "libX", "libgl2ps")  # the wheel's files that ask for them
_FIND = """
import ctypes, importlib.util, sys
spec = importlib.util.find_spec("libsumo")
print(spec.submodule_search_locations[0] if spec else "")
for name in sys.argv[1:]:
    try:
        ctypes.CDLL(name)
    except OSError:
        print(name)
"""


def install_stand_ins(environment: Environment) -> None:
    """Compile what is absent; without a compiler the simulator will say what to install.

    Raises:
        SetupError: the compiler failed.
    """
    package, *absent = environment.run([environment.python, "-c", _FIND, *_WINDOWS]).splitlines()
    compiler, reader = os.environ.get("CXX", "g++"), "nm"
    if not package or not absent or shutil.which(compiler) is None or shutil.which(reader) is None:
        return
    say(f"no {', '.join(absent)} here: compiling empty stand-ins for libsumo")
    symbols = _wanted(reader, Path(package))
    folder = environment.folder / "lib" / "crossmodal_narrator"
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="crossmodal_narrator-") as scratch:
        source = Path(scratch, "stand_in.cpp")
        functions = "".join(f"void {symbol}() {{ abort(); }}\n" for symbol in symbols)
        source.write_text(f'#include <stdlib.h>\nextern "C" {{\n{functions}}}\n')
        for name in absent:
            built = Path(scratch, name)
            environment.run([compiler, "-shared", "-fPIC", "-O1", f"-Wl,-soname,{name}", "-o", built, source])
            shutil.copy2(built, folder / name)


def _wanted(reader: str, package: Path) -> list[str]:
    """Symbols that the wheel asks of the window system."""
    libraries = [*package.glob("_libsumo*.so"), *(package.parent / "libsumo.libs").iterdir()]
    asked: set[str] = set()
    defined: set[str] = set()
    for library in (library for library in libraries if library.name.startswith(_BINDERS)):
        asked |= _symbols(reader, library, "--undefined-only")
        defined |= _symbols(reader, library, "--defined-only")
    return sorted(symbol for symbol in asked - defined if _THEIRS.fullmatch(symbol))


def _symbols(reader: str, library: Path, which: str) -> set[str]:
    listed = subprocess.run([reader, "-D", "-P", which, library], capture_output=True, text=True, check=True).stdout
    return {line.split()[0].split("@")[0] for line in listed.splitlines() if line}
