"""Several looks at one thing leave one box."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from crossmodal_narrator.encoding.camera.suppression import pairwise_intersection, suppress


def _arrays(boxes, scores, groups):
    return np.array(boxes, np.float32), np.array(scores, np.float32), np.array(groups, np.int64)


def test_of_two_boxes_around_one_thing_the_better_stays():
    kept = suppress(*_arrays([(0, 0, 10, 10), (1, 0, 11, 10)], (0.5, 0.8), (0, 0)), max_iou=0.55)
    assert kept.tolist() == [1]


def test_boxes_of_different_groups_do_not_compete():
    kept = suppress(*_arrays([(0, 0, 10, 10), (0, 0, 10, 10)], (0.5, 0.8), (0, 1)), max_iou=0.55)
    assert sorted(kept.tolist()) == [0, 1]


def test_a_part_inside_of_a_better_box_goes():
    boxes, scores, groups = _arrays([(0, 0, 100, 100), (10, 60, 40, 90)], (0.8, 0.5), (0, 0))
    assert suppress(boxes, scores, groups, max_iou=0.55).tolist() == [0, 1]
    assert suppress(boxes, scores, groups, max_iou=0.55, max_inside=0.85).tolist() == [0]


def test_equal_scores_keep_their_order():
    kept = suppress(*_arrays([(0, 0, 10, 10), (1, 0, 11, 10)], (0.5, 0.5), (0, 0)), max_iou=0.55)
    assert kept.tolist() == [0]


def test_nothing_in_nothing_out():
    empty = np.zeros((0, 4), np.float32)
    assert len(suppress(empty, np.zeros(0, np.float32), np.zeros(0, np.int64), max_iou=0.5)) == 0


_side = st.integers(0, 50)


@given(st.lists(st.tuples(_side, _side, st.integers(1, 30), st.integers(1, 30), st.floats(0.1, 1.0)), max_size=12))
def test_what_stays_never_overlaps_too_much_and_what_goes_has_a_better_one(found):
    boxes = np.array([(x, y, x + w, y + h) for x, y, w, h, _ in found], np.float32).reshape(-1, 4)
    scores = np.array([f[4] for f in found], np.float32)
    kept = suppress(boxes, scores, np.zeros(len(found), np.int64), max_iou=0.4)
    area = (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])
    shared = pairwise_intersection(boxes)
    iou = shared / (area[:, None] + area[None, :] - shared)
    for i in kept:
        assert all(iou[i, j] <= 0.4 + 1e-5 for j in kept if j != i)
    for k in set(range(len(found))) - set(kept.tolist()):
        assert any(iou[k, j] > 0.4 - 1e-5 and scores[j] >= scores[k] for j in kept)


def test_peers_never_suppress_each_other_and_still_suppress_others():
    boxes = np.array([[0, 0, 10, 10], [1, 0, 11, 10], [0, 1, 10, 11]], np.float32)
    scores = np.array([0.9, 0.8, 0.7], np.float32)
    groups, peers = np.zeros(3, np.int64), np.array([0, 0, 1])

    assert suppress(boxes, scores, groups, max_iou=0.5, peers=peers).tolist() == [0, 1]
