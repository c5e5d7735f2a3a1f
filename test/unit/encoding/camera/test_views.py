"""Windows stay in the image, show what they were made for, and bring boxes back to where they came from."""

from hypothesis import given
from hypothesis import strategies as st

from crossmodal_narrator.core.geometry import PixelBox
from crossmodal_narrator.encoding.camera.views import crop_views, far_road_view, full_view

SIZES = st.tuples(st.integers(64, 3000), st.integers(64, 2000))


@given(SIZES, st.tuples(st.floats(-100, 3100), st.floats(-100, 2100)))
def test_the_far_road_lies_in_the_image_whatever_the_horizon(size, horizon):
    view = far_road_view(*size, horizon)
    assert 0 <= view.x0 < view.x1 <= size[0]
    assert 0 <= view.y0 < view.y1 <= size[1]


@given(
    st.lists(
        st.tuples(st.integers(0, 1800), st.integers(0, 1000), st.integers(8, 100), st.integers(8, 80)), max_size=8
    ),
    st.integers(0, 4),
)
def test_crops_keep_to_their_budget_and_show_their_first_region(regions, budget):
    boxes = [PixelBox(x0=x, y0=y, x1=x + w, y1=y + h) for x, y, w, h in regions]
    views = crop_views(boxes, (1920, 1080), (416, 320), 96.0, budget)
    assert len(views) <= budget
    for view in views:
        assert 0 <= view.x0 < view.x1 <= 1920
        assert 0 <= view.y0 < view.y1 <= 1080
    if views:
        window = PixelBox(x0=views[0].x0, y0=views[0].y0, x1=views[0].x1, y1=views[0].y1)
        assert window.intersection(boxes[0]) >= 0.95 * boxes[0].area


def test_neighbours_share_a_window():
    boxes = [PixelBox(x0=900 + 60 * k, y0=500, x1=940 + 60 * k, y1=540) for k in range(3)]
    assert len(crop_views(boxes, (1920, 1080), (416, 320), 96.0, 3)) == 1


def test_a_small_region_is_enlarged_and_a_large_one_shrunk():
    small, large = (PixelBox(x0=500, y0=500, x1=500 + s, y1=500 + s) for s in (70, 280))
    views = [crop_views([box], (1920, 1080), (416, 320), 96.0, 1)[0] for box in (small, large)]
    assert views[0].scale == 1.4
    assert views[1].scale == 0.35


def test_an_image_smaller_than_the_network_is_never_enlarged():
    assert full_view(320, 240, 512).scale == 1.0
    assert full_view(1920, 1080, 512).padded(32) == (512, 288)
