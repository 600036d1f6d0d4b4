"""The display of a number: picture, line and probabilities."""

from itertools import pairwise

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from PIL import Image

from skdigits import Reading
from skdigits.displays import ReadingDisplay
from skdigits.displays._shared import BLUE, VERMILION
from skdigits.numbers import Digit

BLANK = np.full((60, 90), 0.9)


def number(text, shape=(60, 200), top=12):
    """A picture of bars, and a reading of them; "?" stands for a doubtful 5."""
    picture, digits = np.full(shape, 0.9), []
    for index, symbol in enumerate(text):
        left = 20 + 30 * index
        box = (left, top, left + 16, top + 30)
        picture[top : top + 30, left : left + 16] = 0.2
        label = symbol.replace("?", "5")
        probability = 0.4 if symbol == "?" else 0.99
        probabilities = np.full(10, (1 - probability) / 9)
        probabilities[int(label)] = probability
        columns = (index * 24, index * 24 + 24)
        doubtful = symbol == "?"
        digits.append(Digit(label, probability, box, doubtful, tuple(probabilities), columns))
    line = np.zeros((32, 24 * len(text)), dtype=np.uint8)
    return picture, Reading(text, 0.8, tuple(digits), line=line)


def boxes_of(ax):
    """The boxes drawn on a picture, with their colours."""
    return [
        ((x + 0.5, y + 0.5, x + width + 0.5, y + height + 0.5), to_rgb(patch.get_edgecolor()))
        for patch in ax.patches
        for (x, y), width, height in [(patch.get_xy(), patch.get_width(), patch.get_height())]
    ]


# What is drawn


def test_picture_with_a_box_around_each_digit_and_the_digit_above():
    picture, reading = number("1?3")
    ax = ReadingDisplay(picture, reading).plot().axes_[0]
    np.testing.assert_array_equal(ax.images[0].get_array(), picture)
    assert ax.get_title() == "1?3 (80 %)"
    colours = [to_rgb(BLUE), to_rgb(VERMILION), to_rgb(BLUE)]
    assert boxes_of(ax) == list(zip([each.box for each in reading.digits], colours, strict=True))
    assert [patch.get_linestyle() for patch in ax.patches] == ["-", "--", "-"]
    assert [text.get_text() for text in ax.texts] == ["1", "5?", "3"]
    assert [to_rgb(text.get_color()) for text in ax.texts] == colours


def test_line_and_the_probabilities_below_it():
    picture, reading = number("1?3")
    _, line, heat = ReadingDisplay(picture, reading).plot().axes_
    np.testing.assert_array_equal(line.images[0].get_array(), reading.line)
    assert line.get_xlim() == heat.get_xlim()
    assert [each.get_xdata()[0] for each in line.lines] == [24, 48]
    for mesh, digit in zip(heat.collections, reading.digits, strict=True):
        np.testing.assert_array_equal(mesh.get_array().ravel(), digit.probabilities)
        assert tuple(mesh.get_coordinates()[0, :, 0]) == digit.columns
        assert mesh.get_clim() == (0, 1)
    assert [mesh.get_cmap().name for mesh in heat.collections] == ["Blues", "Oranges", "Blues"]
    ticks = [(label.get_text(), to_rgb(label.get_color())) for label in heat.get_xticklabels()]
    assert ticks == [("1", to_rgb(BLUE)), ("?", to_rgb(VERMILION)), ("3", to_rgb(BLUE))]
    assert heat.yaxis_inverted()


def test_probabilities_are_written_where_they_are_not_small_and_none_is_certain():
    picture, reading = number("1?3")
    heat = ReadingDisplay(picture, reading).plot().axes_[2]
    written = {(text.get_position(), text.get_text()) for text in heat.texts}
    others = {((36.0, label), "7") for label in range(10) if label != 5}
    assert written == {((12.0, 1), "99"), ((36.0, 5), "40"), ((60.0, 3), "99")} | others


def test_one_axes_has_the_picture_alone_and_no_figure_is_opened():
    picture, reading = number("12")
    ax = Figure().subplots()
    display = ReadingDisplay(picture, reading).plot(ax=ax)
    assert list(display.axes_) == [ax]
    assert display.figure_ is ax.figure
    assert len(boxes_of(ax)) == 2
    axes = Figure().subplots(1, 3)
    assert list(ReadingDisplay(picture, reading).plot(ax=axes).axes_) == list(axes)
    assert plt.get_fignums() == []


def test_picture_without_a_number():
    display = ReadingDisplay(BLANK, Reading("", 0.0)).plot()
    assert display.axes_[0].get_title() == "no number found"
    assert not display.axes_[0].patches
    assert not any(ax.axison for ax in display.axes_[1:])
    display.figure_.draw_without_rendering()


def test_number_that_does_not_satisfy_the_constraints_has_a_frame_as_a_whole():
    _, found = number("12")
    reading = Reading("??", 0.0, (), "12", rejected=True, box=(5, 6, 70, 40), line=found.line)
    picture, line, heat = ReadingDisplay(BLANK, reading).plot().axes_
    assert boxes_of(picture) == [((5, 6, 70, 40), to_rgb(VERMILION))]
    assert picture.get_title() == "?? (best guess 12)"
    np.testing.assert_array_equal(line.images[0].get_array(), found.line)
    assert not heat.axison


@pytest.mark.parametrize("text", ["7", "1?3", "0123456789?"])
@pytest.mark.parametrize("top", [0, 12])
@pytest.mark.parametrize("size", [(7, 5), (4, 4)])
def test_no_text_is_cut_off_or_covers_another(text, top, size):
    picture, reading = number(text, (60, 360), top)
    figure = Figure(figsize=size, dpi=100, layout="constrained")
    display = ReadingDisplay(picture, reading).plot(ax=figure.subplots(3))
    figure.draw_without_rendering()
    ax, _, heat = display.axes_
    texts = [each.title for each in display.axes_] + heat.get_xticklabels() + list(ax.texts)
    extents = [each.get_window_extent() for each in texts]
    for index, extent in enumerate(extents):
        assert extent.x0 >= 0
        assert extent.y0 >= 0
        assert extent.x1 <= figure.bbox.width
        assert extent.y1 <= figure.bbox.height
        assert not any(extent.overlaps(other) for other in extents[:index])


# What is read


def test_any_kind_of_picture(number_reader, numbers, tmp_path):
    image = Image.fromarray(numbers[0][0])
    image.save(tmp_path / "number.png")
    expected = number_reader.read(image)
    with (tmp_path / "number.png").open("rb") as file:
        for picture in (image, numbers[0][0], tmp_path / "number.png", file):
            display = ReadingDisplay.from_picture(number_reader, picture)
            assert display.reading.text == expected.text
            assert boxes_of(display.axes_[0])
            plt.close(display.figure_)


def test_from_picture__no_number_and_no_picture(number_reader):
    display = ReadingDisplay.from_picture(number_reader, BLANK)
    assert display.axes_[0].get_title() == "no number found"
    with pytest.raises(ValueError, match=r"none\.png cannot be read"):
        ReadingDisplay.from_picture(number_reader, "none.png")


def test_boxes_stand_around_the_ink_of_a_large_picture(number_reader, numbers):
    image = Image.fromarray(numbers[0][0])
    large = image.resize((2500, round(2500 * image.height / image.width)))
    ax = ReadingDisplay.from_picture(number_reader, large, ax=Figure().subplots()).axes_[0]
    dark = np.asarray(ax.images[0].get_array()) < 0.5
    inside = np.zeros_like(dark)
    for (left, top, right, bottom), _ in boxes_of(ax):
        inside[round(top) : round(bottom), round(left) : round(right)] = True
    assert dark[inside].sum() > 0.95 * dark.sum()


def test_digits_know_where_they_stand_in_the_line(number_reader, numbers):
    for picture in numbers[0][:20]:
        reading = number_reader.read(picture)
        edges = [each.columns for each in reading.digits]
        assert edges[0][0] == 0
        assert edges[-1][1] == reading.line.shape[1]
        assert all(a[1] == b[0] for a, b in pairwise(edges))
        for digit in reading.digits:
            assert digit.probabilities[int(digit.label)] == digit.probability
            assert sum(digit.probabilities) == pytest.approx(1, abs=1e-3)


@pytest.mark.parametrize("n_axes", [2, 4])
def test_wrong_number_of_axes(n_axes):
    with pytest.raises(ValueError, match=f"There are 3 panels, .* got {n_axes} Axes"):
        ReadingDisplay(BLANK, Reading("", 0.0)).plot(ax=Figure().subplots(1, n_axes))


def test_a_page_is_its_picture_with_all_numbers(number_reader, numbers):
    two = [picture for picture, text in zip(*numbers, strict=True) if len(text) == 2][:2]
    sheet = np.full((160, 500), 255, dtype=np.uint8)
    for left, picture in zip((20, 300), two, strict=True):
        height, width = picture.shape
        sheet[20 : 20 + height, left : left + width] = picture
    display = ReadingDisplay.from_page(number_reader, sheet)
    (ax,) = display.axes_
    assert ax.get_title() == "2 numbers"
    assert len(ax.patches) == sum(len(reading.digits) for reading in display.reading)
    with pytest.raises(ValueError, match="There is 1 panel; got 3 Axes"):
        display.plot(ax=np.full(3, ax))
    blank = ReadingDisplay.from_page(number_reader, np.full((40, 60), 200, dtype=np.uint8))
    assert blank.axes_[0].get_title() == "no number found"


def test_boxes_may_be_of_a_larger_picture():
    reading = Reading("1", 0.9, (Digit("1", 0.9, (300, 100, 310, 300)),))
    (ax,) = ReadingDisplay(np.ones((40, 80)), reading, (400, 800)).plot(ax=plt.figure().gca()).axes_
    assert ax.get_xlim() == (-0.5, 799.5)
    assert ax.images[0].get_extent() == [-0.5, 799.5, 399.5, -0.5]
    assert ax.patches[0].get_x() == 299.5
