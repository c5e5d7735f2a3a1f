"""`compare RUN_A RUN_B`: what changed between two replays of one drive; exit status 1 where it is a regression."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from crossmodal_narrator.evaluation.comparison import Comparison, Pair

SUMMARY = "what changed between two replays, sentence by sentence and figure by figure; 1 on regression"
_REGRESSED = 1
_WIDE = 60  # a longer value of a manifest is a digest or a list, and its start tells it apart


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("before", type=Path, metavar="RUN_A", help="folder that `replay` wrote: what was")
    parser.add_argument("after", type=Path, metavar="RUN_B", help="folder that `replay` wrote: what is")
    parser.add_argument(
        "--fail-on",
        default="default",
        metavar="RULES",
        help="NAME:MARGIN,…, as vehicle_recall:0.02,position_error_*:5%%,sentences_removed:0; "
        "`default`: no figure worse by more than 2 %%, times apart; `none`: never fail",
    )
    parser.add_argument("--json", type=Path, help="write the comparison here")
    parser.add_argument("--out", type=Path, help="write it as an HTML page here")
    parser.add_argument(
        "--all", action="store_true", dest="is_all", help="list figures that are the same and times, too"
    )


def run(args: argparse.Namespace) -> int:
    import json

    from rich.console import Console

    from crossmodal_narrator.core.whole_file import write_whole
    from crossmodal_narrator.evaluation.comparison import compare_runs, parse_rules, render_comparison

    comparison = compare_runs(args.before, args.after, parse_rules(args.fail_on))
    console = Console()
    _print_inputs(console, comparison)
    _print_sentences(console, comparison)
    _print_figures(console, comparison, is_all=args.is_all)
    if args.json is not None:
        record = json.dumps(comparison.to_record(), indent=1, ensure_ascii=False) + "\n"
        write_whole(args.json, record.encode())
    if args.out is not None:
        write_whole(args.out, render_comparison(comparison).encode())
        console.print(f"page → {args.out}", markup=False, highlight=False)
    for breach in comparison.breaches:
        console.print(f"regression: {breach}", markup=False, style="red", highlight=False, soft_wrap=True)
    return _REGRESSED if comparison.breaches else 0


def _print_inputs(console: Console, comparison: Comparison) -> None:
    without = [run.name for run in (comparison.before, comparison.after) if not run.inputs]
    if not comparison.inputs:
        told = f"not known: no run.json in {' and '.join(without)}" if without else "the same"
        console.print(f"what went in: {told}", markup=False, highlight=False, soft_wrap=True)
        return
    table = _table("what went in", "input", comparison.before.name, comparison.after.name)
    for name, before, after in comparison.inputs:
        table.add_row(*(_plain(value[:_WIDE]) for value in (name, before, after)))
    console.print(table)


def _print_sentences(console: Console, comparison: Comparison) -> None:
    from crossmodal_narrator.evaluation.comparison import Change

    for language, counts in comparison.counts.items():
        told = ", ".join(f"{count} {name}" for name, count in counts.items() if count)
        console.print(f"{language}: {told}", markup=False, highlight=False, style="bold")
        for pair in comparison.pairs:
            if pair.language == language and pair.change is not Change.SAME:
                for line in _lines(pair, comparison.start_ns):
                    console.print(line, markup=False, highlight=False, soft_wrap=True)


def _lines(pair: Pair, start_ns: int) -> list[str]:
    """As a diff: what was, what is, and the claims that only one of them makes."""
    moved = f" ({pair.moved_s:+.1f} s)" if pair.moved_s else ""
    lines = [f"{(pair.stamp_ns - start_ns) / 1e9:7.1f} s  {pair.change.value}{moved}"]
    old = pair.before.texts[pair.language] if pair.before else None
    new = pair.after.texts[pair.language] if pair.after else None
    if old == new:
        lines.append(f"             {new}")
    else:
        lines += [f"           {sign} {text}" for sign, text in (("-", old), ("+", new)) if text is not None]
    lines += [f"             - {claim}" for claim in pair.claims_lost]
    lines += [f"             + {claim}" for claim in pair.claims_new]
    return lines


def _print_figures(console: Console, comparison: Comparison, *, is_all: bool) -> None:
    from crossmodal_narrator.evaluation.comparison import Verdict

    styles = {Verdict.BETTER: "green", Verdict.WORSE: "red", Verdict.WENT: "red"}
    changed = [change for change in comparison.figures if change.verdict is not Verdict.SAME]
    times = 0 if is_all else sum(change.is_time for change in changed)
    rows = comparison.figures if is_all else [change for change in changed if not change.is_time]
    if not rows:
        told = "all figures are the same" if comparison.figures else "no figures: evaluate both runs first"
        console.print(told, markup=False)
    table = _table("figures", "figure", comparison.before.name, comparison.after.name, "difference", "")
    for change in rows:
        shown = ("–" if v is None else f"{v:g}" for v in (change.before, change.after))
        told = "" if change.difference is None else f"{change.difference:+.3g}"
        table.add_row(change.name, *shown, told, change.verdict.value, style=styles.get(change.verdict))
    if rows:
        console.print(table)
    if times:
        console.print(f"{times} times differ, as they do each time (--all lists them)", highlight=False)


def _table(title: str, *columns: str) -> Table:
    from rich.table import Table

    return Table(*(_plain(column) for column in columns), title=title)


def _plain(text: str) -> str:
    from rich.markup import escape

    return escape(text)
