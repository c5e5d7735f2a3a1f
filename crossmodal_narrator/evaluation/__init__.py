"""Metrics of a replayed drive against its ground truth."""

from crossmodal_narrator.evaluation.claims import ClaimScore, score_claims
from crossmodal_narrator.evaluation.detection import DetectionScore, Scope, score_detection
from crossmodal_narrator.evaluation.evaluation import (
    EVALUATION_FILE,
    Evaluation,
    Event,
    Table,
    merged,
    read_evaluation,
    write_evaluation,
)
from crossmodal_narrator.evaluation.expectations import (
    ExpectationScore,
    identify_by,
    read_expectations,
    score_expectations,
)
from crossmodal_narrator.evaluation.truth import TrueScene, TruthFile, read_truth, true_speeds

__all__ = [
    "ClaimScore",
    "DetectionScore",
    "EVALUATION_FILE",
    "Evaluation",
    "Event",
    "ExpectationScore",
    "Scope",
    "Table",
    "TrueScene",
    "TruthFile",
    "identify_by",
    "merged",
    "read_evaluation",
    "read_expectations",
    "read_truth",
    "score_claims",
    "score_detection",
    "score_expectations",
    "true_speeds",
    "write_evaluation",
]
