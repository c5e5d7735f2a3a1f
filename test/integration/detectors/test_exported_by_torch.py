"""Networks of torch, exported as a fleet would export them, find a red block where it is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from brought import IMAGENET, PLAIN, Family, bring, document
from exporting import exported
from numpy.typing import NDArray

from crossmodal_narrator.core.frames import CameraFrame
from crossmodal_narrator.core.geometry import PixelBox
from crossmodal_narrator.core.timing import StageTimer
from crossmodal_narrator.encoding.camera import CameraEncoder, CameraEncoderConfig
from crossmodal_narrator.runtime import detector_spec, open_engine

torch = pytest.importorskip("torch", reason="torch is not installed: it exports the networks of these tests")
pytest.importorskip("onnxscript", reason="onnxscript is not installed: torch.onnx exports by it")

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning", "ignore::UserWarning")

LABELS = 4


class YoloxLike(torch.nn.Module):  # type: ignore[misc]
    """One stride: a stem of convolutions whose answer is highest in the middle of a red square of 56 pixels."""

    def __init__(self) -> None:
        super().__init__()
        self.pool = torch.nn.AvgPool2d(8)
        self.redness = torch.nn.Conv2d(3, 1, 1)  # blue, green, red, 0 to 255
        self.square = torch.nn.Conv2d(1, 1, 7, padding=3)  # 7 cells of 8 pixels
        self.redness.weight.data = torch.tensor([-0.5, -0.5, 1.0]).reshape(1, 3, 1, 1) / 200.0
        self.redness.bias.data.zero_()
        self.square.weight.data.fill_(1 / 49)
        self.square.bias.data.zero_()

    def forward(self, images: Any) -> Any:
        filled = self.square(torch.relu(self.redness(self.pool(images))))  # (1, 1, rows, columns), 1 where it fills
        score = torch.sigmoid(100.0 * (filled - 0.93))
        half = torch.full_like(filled, 0.5)  # the centre of a cell
        side = torch.full_like(filled, 7.0).log()
        nothing = torch.zeros_like(filled)
        table = torch.cat([half, half, side, side, score, nothing, torch.ones_like(filled), nothing, nothing], dim=1)
        return table.flatten(start_dim=2).permute(0, 2, 1)


class DetrLike(torch.nn.Module):  # type: ignore[misc]
    """Two queries: one attends to what is red and gives the moments of its attention; one attends to nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.keys = torch.nn.Conv2d(3, 1, 8, stride=8)
        mean, std = torch.tensor(IMAGENET["mean"]), torch.tensor(IMAGENET["std"])
        colour = torch.tensor([1.0, -0.5, -0.5])
        self.keys.weight.data = (colour * std).reshape(1, 3, 1, 1).expand(1, 3, 8, 8) / 64
        self.keys.bias.data = (colour * mean).sum().reshape(1)

    def forward(self, pixel_values: Any) -> Any:
        redness = self.keys(pixel_values)  # (1, 1, rows, columns)
        rows, columns = redness.shape[2], redness.shape[3]
        attention = torch.softmax(40.0 * redness.flatten(), dim=0).reshape(rows, columns)
        x = (torch.arange(columns) + 0.5) / columns
        y = (torch.arange(rows) + 0.5) / rows
        across, down = attention.sum(dim=0), attention.sum(dim=1)
        cx, cy = (across * x).sum(), (down * y).sum()
        # An even spread over a width has a variance of width² / 12; cells are spreads themselves.
        width = (12 * (across * (x - cx) ** 2).sum() + 1 / columns**2).sqrt()
        height = (12 * (down * (y - cy) ** 2).sum() + 1 / rows**2).sqrt()
        found = torch.stack([cx, cy, width, height])
        boxes = torch.stack([found, torch.full((4,), 0.5)])[None]  # (1, 2, 4)
        sure = torch.tensor([[-5.0, 5.0, -5.0, -5.0, 0.0], [-5.0, -5.0, -5.0, -5.0, 5.0]])[None]
        there = torch.sigmoid(40.0 * (redness.flatten().amax(dim=0) - 0.5))
        return there * sure, boxes


def seen(folder: Path, content: bytes, family: Family, outputs: dict[str, Any], rgb: NDArray[np.uint8]) -> list[Any]:
    store, manifest = bring(folder, content, document(family, outputs))
    encoder = CameraEncoder(CameraEncoderConfig(crop_budget=0), open_engine(manifest, store), detector_spec(manifest))
    frame = CameraFrame(stamp_ns=1, frame_id="camera", camera="front", rgb=rgb, intrinsics=None)
    return list(encoder.encode(frame, list, StageTimer(lambda: 0)).detections)


def picture(width: int, height: int, box: PixelBox) -> NDArray[np.uint8]:
    grey = np.random.default_rng(5).integers(60, 160, (height // 20, width // 20, 1), dtype=np.uint8)
    rgb = np.ascontiguousarray(np.broadcast_to(grey.repeat(20, 0).repeat(20, 1), (height, width, 3)))
    rgb[round(box.y0) : round(box.y1), round(box.x0) : round(box.x1)] = (230, 10, 10)
    return rgb


def test_an_exported_yolox_head_finds_the_car(tmp_path: Path) -> None:
    # 640 x 400 goes into 320 x 320 at half its scale: 112 pixels become 56, and their edges lie on cells.
    car = PixelBox(x0=160.0, y0=96.0, x1=272.0, y1=208.0)
    content = exported(YoloxLike(), torch.zeros(1, 3, 320, 320), ["image"], ["output"])
    family = Family(
        head=lambda finder: {},
        decoding={
            "kind": "yolox",
            "outputs": {"joined": "output"},
            "strides": [8],
            "activation": "none",
            "boxes": "offsets",
        },
        preprocessing={"channel_order": "bgr", **PLAIN, "padding": 114.0},
        size=(320, 320),
    )

    found = seen(tmp_path, content, family, {"output": ("float32", [1, 1600, 5 + LABELS])}, picture(640, 400, car))

    assert [d.label.value for d in found] == ["car"]
    assert found[0].box.iou(car) > 0.97


def test_an_exported_detr_head_finds_the_car(tmp_path: Path) -> None:
    # The input is square and the picture is not: a fraction is of the picture, whatever becomes of its aspect.
    car = PixelBox(x0=320.0, y0=120.0, x1=480.0, y1=240.0)
    content = exported(DetrLike(), torch.zeros(1, 3, 320, 320), ["image"], ["logits", "pred_boxes"])
    family = Family(
        head=lambda finder: {},
        decoding={
            "kind": "detr",
            "outputs": {"logits": "logits", "boxes": "pred_boxes"},
            "activation": "softmax",
            "no_object": True,
            "box_format": "cxcywh",
            "box_unit": "fraction",
        },
        preprocessing={"channel_order": "rgb", **IMAGENET, "fit": "stretch"},
        size=(320, 320),
    )
    outputs = {"logits": ("float32", [1, 2, LABELS + 1]), "pred_boxes": ("float32", [1, 2, 4])}

    found = seen(tmp_path, content, family, outputs, picture(640, 400, car))

    assert [d.label.value for d in found] == ["car"]
    assert found[0].box.iou(car) > 0.9
