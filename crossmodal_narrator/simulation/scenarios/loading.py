"""A scenario by its name, or by the path of a file that a user wrote."""

from __future__ import annotations

import dataclasses
import difflib
from pathlib import Path

from crossmodal_narrator.core.errors import ScenarioError
from crossmodal_narrator.simulation.scenario import Scenario
from crossmodal_narrator.simulation.scenarios.consistency import check_scenario
from crossmodal_narrator.simulation.scenarios.reading import Spot, read_as, read_yaml

FOLDER = Path(__file__).resolve().parent
SUFFIXES = (".yaml", ".yml")
EGO = {"actor_id": "ego", "look": "sedan"}  # what every ego is: nobody sees it


def scenario_names() -> tuple[str, ...]:
    """Those that come with the package."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.yaml")))


def load_scenario(name_or_path: str | Path) -> Scenario:
    """The scenario of that name, or of that file if it is written as a path or ends in .yaml or .yml.

    Its name is that of the file; the files of its utterances are looked for beside it.

    Raises:
        ScenarioError: there is none, it is no YAML, or it does not hold together; names the file, the key, the value,
            and what would mend it.
    """
    text = str(name_or_path)
    is_path = isinstance(name_or_path, Path) or text.endswith(SUFFIXES) or "/" in text or "\\" in text
    if not is_path and text not in scenario_names():
        close = difflib.get_close_matches(text, scenario_names(), n=1)
        hint = f"did you mean {close[0]}? " if close else ""
        known = ", ".join(scenario_names())
        raise ScenarioError(
            f"there is no scenario {text!r}", remedy=f"{hint}known: {known}; or give the path of a YAML file"
        )
    return _load(Path(text) if is_path else FOLDER / f"{text}.yaml")


def _load(path: Path) -> Scenario:
    document = read_yaml(path)
    at = Spot(source=path.name if path.parent == FOLDER else str(path))
    if not isinstance(document, dict):
        at.refuse("holds no keys", "begin it with `summary: …` and `network: …`")
    if "name" in document:
        at.key("name").refuse("is not written in the file", "the file's own name is the scenario's")
    ego = document.get("ego")
    if isinstance(ego, dict):
        for key in [key for key in EGO if key in ego]:
            at.key("ego").key(key).refuse("is not for the ego to have", "leave it out")
        document = {**document, "ego": {**EGO, **ego}}
    scenario = read_as(Scenario, {**document, "name": path.stem}, at.source)
    utterances = tuple(dataclasses.replace(u, file=str(path.parent / u.file)) for u in scenario.utterances)
    scenario = dataclasses.replace(scenario, utterances=utterances)
    check_scenario(scenario, at.source)
    return scenario
