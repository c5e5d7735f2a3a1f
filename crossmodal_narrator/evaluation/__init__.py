"""Metrics of a replayed drive against its ground truth."""

from crossmodal_narrator.evaluation.claims import ClaimScore, score_claims
from crossmodal_narrator.evaluation.detection import DetectionScore, Scope, score_detection
from crossmodal_narrator.evaluation.truth import TrueScene, read_truth, true_speeds

__all__ = [
    "ClaimScore",
    "DetectionScore",
    "Scope",
    "TrueScene",
    "read_truth",
    "score_claims",
    "score_detection",
    "true_speeds",
]
