"""docs/reference/commands.md: every verb of the command line, from its own parser."""

from __future__ import annotations

import argparse
from collections.abc import Iterator

from crossmodal_narrator.cli.main import PROGRAM, VERBS, load_verb


def page() -> Iterator[str]:
    yield from ("# Command line", "")
    yield f"`{PROGRAM} [--verbose] VERB …`. `{PROGRAM} VERB --help` says the same."
    for name in VERBS:
        verb = load_verb(name)
        parser = argparse.ArgumentParser(prog=f"{PROGRAM} {name}", add_help=False)
        verb.add_arguments(parser)
        yield from ("", f"## {name}", "", f"{verb.SUMMARY[:1].upper()}{verb.SUMMARY[1:]}.")
        yield from ("", "| argument | meaning |", "|---|---|")
        # argparse has no public name for what was added to a parser.
        yield from (_row(action, parser) for action in parser._actions)


def _row(action: argparse.Action, parser: argparse.ArgumentParser) -> str:
    help_text = (action.help or "") % {"prog": parser.prog, "default": action.default}
    needed = " (needed)" if action.required and action.option_strings else ""
    return f"| {_named(action)}{needed} | {help_text.replace('|', chr(92) + '|')} |"


def _named(action: argparse.Action) -> str:
    value = _value(action)
    if not action.option_strings:
        return f"`{value}`"
    return ", ".join(f"`{option} {value}`" if value else f"`{option}`" for option in action.option_strings)


def _value(action: argparse.Action) -> str:
    """What stands after an option, or for an argument; a bar between choices would end the table's cell."""
    if action.nargs == 0:
        return ""
    choices = None if action.choices is None else " / ".join(str(choice) or "nothing" for choice in action.choices)
    shown = action.metavar or choices or (action.dest.upper() if action.option_strings else action.dest)
    many = {"+": " …", "*": " …", "...": " …"}.get(str(action.nargs), "")
    return f"{str(shown).replace('|', ' / ')}{many}"
