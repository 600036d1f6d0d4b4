"""Draw a digit in the browser and see how it is read. This needs ``pip install gradio``."""

import gradio

from skdigits import read_digits


def read(drawing):
    """Return the answer for a drawing as a sentence."""
    (answer,) = read_digits([drawing])
    return str(answer)


page = gradio.Interface(read, gradio.Sketchpad(type="pil"), "text", live=True)

if __name__ == "__main__":
    page.launch()
