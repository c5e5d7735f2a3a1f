"""Parameters of a user's own large model."""

from __future__ import annotations

from dataclasses import dataclass

from crossmodal_narrator.core.config import parameter


@dataclass(frozen=True, slots=True, kw_only=True)
class VisionLanguageConfig:
    """Which checkpoint is loaded, and what its process may use."""

    folder: str = parameter("", help="folder of a vision-language checkpoint that transformers loads; empty: none")
    device: str = parameter("cpu", help="where it runs", choices=("cpu", "cuda"))
    threads: int = parameter(2, help="threads of its process on the CPU", low=1, high=64)
    memory_mb: int = parameter(
        0, help="memory that its process may take for data, 0: as much as there is", unit="MB", low=0, high=1_048_576
    )
    max_new_tokens: int = parameter(96, help="longest answer", unit="tokens", low=1, high=2048)
    load_timeout_s: float = parameter(
        300.0, help="longest wait for the checkpoint to be loaded", unit="s", low=1.0, high=3600.0
    )
