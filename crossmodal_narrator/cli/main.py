"""`crossmodal-narrator VERB …`: one verb, one module of this folder, and no other is imported than the one asked for.

A verb's module has `SUMMARY`, `add_arguments(parser)` and `run(args) -> int`, the exit status.
"""

from __future__ import annotations

import argparse
import errno
import importlib
import keyword
import logging
import os
import sys
from collections.abc import Callable, Sequence
from typing import Protocol, cast

from crossmodal_narrator import __version__
from crossmodal_narrator.core.errors import NarratorError

PROGRAM = "crossmodal-narrator"
# In the order of the help.
VERBS = (
    "demo",
    "run",
    "play",
    "replay",
    "verify",
    "annotate",
    "ask",
    "index",
    "search",
    "simulate",
    "import",
    "evaluate",
    "report",
    "compare",
    "fleet",
    "models",
    "train",
    "doctor",
    "node",
)

_FAILED = 2  # as argparse does for arguments that it refuses
_INTERRUPTED = 130  # 128 + SIGINT, as shells say it
_NO_READER = 141  # 128 + SIGPIPE

_ELSEWHERE = "name a file that is there, or a folder that is there and can be written"
_ROOM = "free some space, or name a folder elsewhere"
_REMEDIES = {
    **dict.fromkeys((errno.ENOENT, errno.ENOTDIR, errno.EISDIR, errno.EACCES, errno.EPERM, errno.EROFS), _ELSEWHERE),
    **dict.fromkeys((errno.ENOSPC, errno.EDQUOT), _ROOM),
}


class Verb(Protocol):
    """What every verb's module has."""

    SUMMARY: str
    add_arguments: Callable[[argparse.ArgumentParser], None]
    run: Callable[[argparse.Namespace], int]


def module_name(verb: str) -> str:
    """The module of a verb; one that is a word of Python's own, as import, has an underscore behind it."""
    return f"{verb}_" if keyword.iskeyword(verb) else verb


def load_verb(name: str) -> Verb:
    return cast(Verb, importlib.import_module(f"{__package__}.{module_name(name)}"))


def main(argv: Sequence[str] | None = None) -> int:
    """Run one verb. The tree's errors, and the system's about files, are one line, and exit status 2."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    args = _parser(arguments).parse_args(arguments)
    logging.basicConfig(
        level=logging.DEBUG if args.is_verbose else logging.WARNING,
        format="%(levelname)s %(name)s: %(message)s",
    )
    try:
        return load_verb(args.verb).run(args)
    except NarratorError as error:
        if args.is_verbose:
            logging.exception("the whole story")
        print(f"{PROGRAM} {args.verb}: {error}", file=sys.stderr)
        return _FAILED
    except KeyboardInterrupt:
        return _INTERRUPTED
    except BrokenPipeError:
        # Python flushes stdout once more as it ends, and would complain about the reader that has left.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return _NO_READER
    except OSError as error:
        if args.is_verbose:
            logging.exception("the whole story")
        print(f"{PROGRAM} {args.verb}: {_refusal(error)}", file=sys.stderr)
        return _FAILED


def _refusal(error: OSError) -> NarratorError:
    """What the system would not do, with the file if it names one."""
    named = [
        os.fsdecode(name) for name in (error.filename, error.filename2) if isinstance(name, (str, bytes, os.PathLike))
    ]
    what = ": ".join((" → ".join(named), error.strerror or str(error))) if named else error.strerror or str(error)
    return NarratorError(what, remedy=_REMEDIES.get(error.errno or 0, ""))


def _parser(arguments: Sequence[str]) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog=PROGRAM, description="Narrates a drive from what its sensors saw and heard, with the evidence."
    )
    parser.add_argument("--version", action="version", version=f"{PROGRAM} {__version__}")
    parser.add_argument("--verbose", action="store_true", dest="is_verbose", help="log what happens inside")
    verbs = parser.add_subparsers(dest="verb", metavar="VERB", required=True)
    asked = next((argument for argument in arguments if not argument.startswith("-")), None)
    # The list of all verbs is needed for the help and for a verb that does not exist; otherwise one import is enough.
    for name in (asked,) if asked in VERBS else VERBS:
        verb = load_verb(name)
        verb.add_arguments(verbs.add_parser(name, help=verb.SUMMARY, description=verb.SUMMARY))
    return parser


if __name__ == "__main__":
    sys.exit(main())
