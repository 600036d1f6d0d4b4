"""Draw a digit in the browser and see how it is read. Needs ``pip install gradio``."""

import gradio

from skdigits import read_digits


def read(drawing):
    """Return what is said about a drawing."""
    (answer,) = read_digits([drawing])
    return str(answer)


page = gradio.Interface(read, gradio.Sketchpad(type="pil"), "text", live=True)

if __name__ == "__main__":
    page.launch()
