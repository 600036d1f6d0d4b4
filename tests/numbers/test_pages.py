"""All numbers on a page: found however it lies, and read line by line."""

import numpy as np
import pytest
from composed import clean_strings
from PIL import Image

from skdigits.numbers._lines import find_line
from skdigits.numbers._pages import MOST_NUMBERS, find_numbers

SIZE = 28  # pixels: of a digit's height, about


@pytest.fixture(scope="module")
def written(digits):
    """Twelve pictures of clean numbers of two digits, cropped to their ink, and their strings."""
    pictures, strings = clean_strings(digits, 12, 1, lengths=2, heights=SIZE)
    return [_crop(np.asarray(picture)) for picture in pictures], list(strings)


@pytest.fixture
def table(written):
    """A picture of four lines of three numbers, and the box and string of each."""
    pictures, strings = written
    page = np.full((420, 560), 255, dtype=np.uint8)
    boxes = []
    for index, picture in enumerate(pictures):
        line, column = divmod(index, 3)
        boxes.append(_paste(page, picture, 60 + 170 * column, 60 + 85 * line))
    return page, boxes, strings


def _crop(picture):
    marked = picture < 128
    rows, columns = np.flatnonzero(marked.any(1)), np.flatnonzero(marked.any(0))
    return picture[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def _paste(page, picture, left, top):
    height, width = picture.shape
    place = page[top : top + height, left : left + width]
    np.minimum(place, picture, out=place)
    return left, top, left + width, top + height


def _seen(page, boxes, homography):
    """The picture of a page, and the boxes of what stood in boxes, seen through a homography."""
    to_page = np.linalg.inv(homography)
    height, width = page.shape
    corners = _through(homography, np.array([(0, 0), (width, 0), (0, height), (width, height)]))
    shift = np.eye(3)
    shift[:2, 2] = corners.min(0)
    size = tuple(np.ceil(np.ptp(corners, axis=0)).astype(int))
    to_page = to_page @ shift
    picture = Image.fromarray(page).transform(
        size,
        Image.Transform.PERSPECTIVE,
        (to_page / to_page[2, 2]).ravel()[:8],
        Image.Resampling.BICUBIC,
        fillcolor=255,
    )
    moved = []
    for left, top, right, bottom in boxes:
        y, x = np.nonzero(page[top:bottom, left:right] < 128)
        points = _through(homography, np.column_stack([x + left, y + top]) + 0.5) - shift[:2, 2]
        moved.append((*points.min(0), *points.max(0)))
    return np.asarray(picture), moved


def _through(homography, points):
    x, y, depth = homography @ np.column_stack([points, np.ones(len(points))]).T
    return np.column_stack([x / depth, y / depth])


def _turned(degrees):
    cos, sin = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    return np.array([[cos, -sin, 0], [sin, cos, 0], [0, 0, 1]])


def _overlap(box, other):
    """Intersection over union of two boxes."""
    width = min(box[2], other[2]) - max(box[0], other[0])
    height = min(box[3], other[3]) - max(box[1], other[1])
    shared = max(0, width) * max(0, height)
    area = sum((b[2] - b[0]) * (b[3] - b[1]) for b in (box, other))
    return shared / (area - shared)


def _found(picture, gap=1.8):
    lines = find_numbers(picture / np.float32(255), gap)
    return [line.box(0, line.image.shape[1]) for line in lines]


def assert_found(found, boxes):
    """Each box is found at its place in the order."""
    assert len(found) == len(boxes)
    assert min(map(_overlap, found, boxes)) > 0.5


def test_a_page_is_read_line_by_line(reader, table):
    page, boxes, strings = table
    readings = reader.read_page(page)
    assert_found([reading.box for reading in readings], boxes)
    crops = [page[top:bottom, left:right] for left, top, right, bottom in boxes]
    alone = [reader.read(np.pad(crop, 12, constant_values=255)) for crop in crops]
    n_read = sum(a.text == string for a, string in zip(alone, strings, strict=True))
    assert n_read >= 8
    together = [reading.text for reading in readings]
    assert sum(map(str.__eq__, together, strings)) >= n_read - 1


@pytest.mark.parametrize("degrees", [-15, -6, 3, 15])
def test_a_turned_page_is_levelled(table, degrees):
    page, boxes, _ = table
    picture, boxes = _seen(page, boxes, _turned(degrees))
    assert_found(_found(picture), boxes)


@pytest.mark.parametrize("tilts", [(3e-4, 0), (-3e-4, 3e-4), (0, -4e-4)])
def test_a_page_seen_at_an_angle_is_levelled(table, tilts):
    page, boxes, _ = table
    homography = np.array([[1, 0, -280], [0, 1, -210], [0, 0, 1]])
    homography = np.array([[1, 0, 0], [0, 1, 0], [*tilts, 1]]) @ _turned(4) @ homography
    picture, boxes = _seen(page, boxes, homography)
    assert_found(_found(picture), boxes)


@pytest.mark.parametrize("degrees", [0, 8])
def test_the_grid_of_a_table_is_looked_through(table, degrees):
    page, boxes, _ = table
    page[45:47, 30:540] = page[385:387, 30:540] = 60
    for row in (130, 215, 300):
        page[row : row + 2, 30:540] = 60
    for column in (30, 205, 375, 538):
        page[45:387, column : column + 2] = 60
    picture, boxes = _seen(page, boxes, _turned(degrees))
    assert_found(_found(picture), boxes)


def test_the_cells_of_a_narrow_table_are_numbers_each(written):
    pictures, _ = written
    page = np.full((200, 300), 255, dtype=np.uint8)
    boxes = [
        _paste(page, p, 48 + 75 * (i % 3), 48 + 50 * (i // 3)) for i, p in enumerate(pictures[:6])
    ]
    for row in (38, 88, 138):
        page[row : row + 2, 40:265] = 60
    for column in (38, 113, 188, 263):
        page[38:140, column : column + 2] = 60
    assert_found(_found(page), boxes)


def test_the_boxes_of_a_form_are_one_number(digits):
    pictures, _ = clean_strings(digits, 5, 3, lengths=1, heights=SIZE)
    page = np.full((150, 300), 255, dtype=np.uint8)
    for index, picture in enumerate(pictures):
        cropped = _crop(np.asarray(picture))
        _paste(page, cropped, 58 + 40 * index - cropped.shape[1] // 2, 55)
    page[45:47, 38:240] = page[91:93, 38:240] = 60
    for column in range(38, 239, 40):
        page[45:93, column : column + 2] = 60
    (box,) = _found(page)
    assert box[1] > 47
    assert box[3] < 91
    assert box[0] < 75
    assert box[2] > 200


@pytest.mark.parametrize(("gap", "n_numbers"), [(1.0, 2), (3.0, 1)])
def test_the_gap_tells_one_number_from_two(written, gap, n_numbers):
    (first, second, *_), _ = written
    page = np.full((100, 400), 255, dtype=np.uint8)
    *_, right, _ = _paste(page, first, 60, 30)
    _paste(page, second, right + 2 * SIZE, 30)
    assert len(_found(page, gap)) == n_numbers


def test_one_number_gives_a_list_of_one(reader, written):
    picture = np.pad(written[0][0], 30, constant_values=255)
    (reading,) = reader.read_page(picture)
    assert reading.text == reader.read(picture).text
    assert _overlap(reading.box, reader.read(picture).box) > 0.8


def test_an_empty_page_gives_an_empty_list(reader):
    assert reader.read_page(np.full((300, 400), 230, dtype=np.uint8)) == []
    noise = np.random.default_rng(0).integers(200, 220, (300, 400)).astype(np.uint8)
    assert reader.read_page(noise) == []


def test_boxes_are_in_pixels_of_a_picture_that_is_reduced(reader, table):
    page, boxes, _ = table
    large = np.kron(page, np.ones((5, 5), dtype=np.uint8))
    assert_found([np.array(r.box) / 5 for r in reader.read_page(large)], boxes)
    left, top, right, bottom = (5 * at for at in boxes[0])
    alone = np.full((1000, 1600), 255, dtype=np.uint8)
    alone[300 : 300 + bottom - top, 500 : 500 + right - left] = large[top:bottom, left:right]
    at = (500, 300, 500 + right - left, 300 + bottom - top)
    assert _overlap(reader.read(alone).box, at) > 0.7


def test_boxes_are_in_pixels_of_a_large_file(reader, table, tmp_path):
    page, boxes, _ = table
    path = tmp_path / "page.jpg"
    Image.fromarray(page).resize((2800, 2100)).save(path)
    assert_found([np.array(r.box) / 5 for r in reader.read_page(path)], boxes)


def test_what_is_known_holds_for_each_number(reader, table):
    page, boxes, _ = table
    readings = reader.set_params(length=2, min_value=50).read_page(page)
    assert len(readings) == len(boxes)
    assert all(len(reading.text) == 2 or reading.rejected for reading in readings)
    assert all(reading.text >= "50" for reading in readings if reading.text.isdigit())


def test_a_number_that_nothing_fits_has_its_box(reader, table):
    page, boxes, _ = table
    readings = reader.set_params(length=40).read_page(page)
    assert all(reading.rejected and set(reading.text) == {"?"} for reading in readings)
    for reading in readings:
        assert max(_overlap(reading.box, box) for box in boxes) > 0.5


def test_more_numbers_than_are_read_are_told():
    page = np.full((1200, 1200), 255, dtype=np.uint8)
    for row in range(10, 1180, 30):
        for column in range(10, 1180, 40):
            page[row : row + 12, column : column + 4] = 0
    with pytest.warns(UserWarning, match="1,170 groups of ink"):
        lines = find_numbers(page / np.float32(255), 1.8)
    assert len(lines) == MOST_NUMBERS


@pytest.mark.parametrize("shape", [(1, 1), (1, 500), (500, 1), (7, 3), (30, 2000)])
def test_a_picture_of_any_shape_has_an_answer(reader, shape):
    noise = np.random.default_rng(0).integers(0, 256, shape).astype(np.uint8)
    for reading in reader.read_page(noise):
        left, top, right, bottom = reading.box
        assert 0 <= left < right <= shape[1]
        assert 0 <= top < bottom <= shape[0]


@pytest.mark.parametrize("gap", [0, -1, np.nan, np.inf, "wide", None, True])
def test_a_gap_that_is_none_is_refused(reader, gap):
    with pytest.raises(ValueError, match="gap, .* must be a number above 0"):
        reader.read_page(np.zeros((20, 20)), gap=gap)


def test_what_is_no_picture_is_refused(reader, tmp_path):
    with pytest.raises(ValueError, match="cannot be read"):
        reader.read_page(tmp_path / "none.png")


def test_a_line_within_a_larger_picture_moves_with_it(table):
    page, (box, *_), _ = table
    left, top, right, bottom = box
    grey = np.pad(page[top:bottom, left:right], 12, constant_values=255) / np.float32(255)
    line = find_line(grey)
    moved = line.within(np.array([[1, 0, 100], [0, 1, 200], [0, 0, 1]]), (600, 600))
    n_columns = line.image.shape[1]
    shifted = np.add(line.box(0, n_columns), (100, 200, 100, 200))
    np.testing.assert_array_equal(moved.box(0, n_columns), shifted)
