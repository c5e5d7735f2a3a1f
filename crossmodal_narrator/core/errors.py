"""One tree of errors. Every message names the value that was found and what would mend it.

NarratorError
├── ConfigError        a configuration that does not hold together
├── FrameError         sensor data whose shape, type or content cannot be true
│   ├── EncodingError  an encoding or point layout that is not known
│   └── StampError     a stamp that is absent, repeats or jumps
├── TransformError     a transform that is missing, or too old to be used
├── BagError           a recording that cannot be read, or is cut short
│   └── FetchError     a store that did not give it, perhaps by chance
├── ModelError         weights that are absent, altered or not allowed
│   ├── EngineError    a runtime that refuses a model or disagrees with its golden sample
│   │   └── EngineAbsentError        an engine that this machine does not offer
│   └── DescriptionError             a user's own large model that gave no answer
│       ├── DescriptionLateError     not within the deadline
│       ├── DescriptionRefusedError  its checkpoint or the request cannot be taken
│       └── DescriptionLostError     its process died, or said what is no answer
├── DisplayError       a page that cannot be served
├── ScenarioError      a simulated drive that contradicts itself
└── TrainingError      a training that cannot go on, or data that cannot be learnt from
"""

from __future__ import annotations


class NarratorError(Exception):
    """Root of all errors that this package raises on purpose.

    `remedy` is one sentence that a person can act on; it is part of `str(error)`.
    """

    def __init__(self, what: str, *, remedy: str = "") -> None:
        self.what = what
        self.remedy = remedy
        super().__init__(f"{what} — {remedy}" if remedy else what)

    def __reduce__(self) -> tuple[object, ...]:
        return (_rebuild, (type(self), self.what, self.remedy))


def _rebuild(kind: type[NarratorError], what: str, remedy: str) -> NarratorError:
    return kind(what, remedy=remedy)


class ConfigError(NarratorError):
    """A configuration that does not hold together: names the key, the value and the allowed range."""


class FrameError(NarratorError):
    """Sensor data whose shape, type or content cannot be true."""


class EncodingError(FrameError):
    """An image encoding or point layout that is not known."""


class StampError(FrameError):
    """A stamp that is absent, repeats or jumps."""


class TransformError(NarratorError):
    """A transform that is missing, or too old to be used."""


class BagError(NarratorError):
    """A recording that cannot be read, or is cut short."""


class FetchError(BagError):
    """A store that did not give a recording, perhaps by chance."""


class ModelError(NarratorError):
    """Weights that are absent, altered or not allowed."""


class EngineError(ModelError):
    """A runtime that refuses a model, or disagrees with its golden sample."""


class EngineAbsentError(EngineError):
    """An engine that this machine does not offer: no device, no driver, or no such library."""


class DescriptionError(ModelError):
    """A user's own large model that gave no answer."""


class DescriptionLateError(DescriptionError):
    """No answer within the deadline."""


class DescriptionRefusedError(DescriptionError):
    """The large model's checkpoint, or what it was asked, cannot be taken."""


class DescriptionLostError(DescriptionError):
    """The large model's process died, or said what is no answer."""


class DisplayError(NarratorError):
    """A page that cannot be served: a package is missing, or its address cannot be had."""


class ScenarioError(NarratorError):
    """A simulated drive that contradicts itself."""


class TrainingError(NarratorError):
    """A training that cannot go on, or data that cannot be learnt from."""
