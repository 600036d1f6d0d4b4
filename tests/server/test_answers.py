"""What is answered: the same as in Python, whatever the form of the request."""

import base64
import dataclasses
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from serving import PNG, png
from sklearn.base import BaseEstimator, ClassifierMixin

from skdigits import (
    Answer,
    CNNDigitClassifier,
    Digit,
    Reading,
    load_pretrained,
    load_reader,
    read_digits,
)
from skdigits.datasets import make_scribbles
from skdigits.server import _schemas


def as_json(answer):
    """Return an answer as JSON has it."""
    return {
        key: list(value) if isinstance(value, tuple) else value
        for key, value in answer.to_dict().items()
    }


def assert_same(found, expected):
    """Compare answers, whose numbers may differ in the last digits."""
    for one, other in zip(found, expected, strict=True):
        other = as_json(other)
        assert one.keys() == other.keys()
        assert one["probability"] == pytest.approx(other["probability"], abs=1e-4)
        for key in ("label", "like_a_digit", "several", "rejected", "findings", "error"):
            assert one[key] == other[key]


def test_each_form_of_a_request(client, files, drawn):
    expected = list(read_digits(drawn))
    for content, answer in zip(files, expected, strict=True):
        response = client.post("/v1/digits", content=content, headers=PNG)
        assert response.status_code == 200
        assert_same(response.json()["answers"], [answer])
    forms = [
        {"files": [("picture", (f"{i}.png", content)) for i, content in enumerate(files)]},
        {"json": {"images": [base64.b64encode(content).decode() for content in files]}},
        {
            "json": {
                "images": [
                    f"data:image/png;base64,{base64.b64encode(content).decode()}"
                    for content in files
                ]
            }
        },
        {"json": {"rows": [picture.ravel().tolist() for picture in drawn]}},
    ]
    for form in forms:
        response = client.post("/v1/digits", **form)
        assert response.status_code == 200, response.text
        assert_same(response.json()["answers"], expected)


@pytest.mark.parametrize("kind", ["JPEG", "WEBP", "BMP", "TIFF"])
def test_each_format(client, drawn, kind):
    headers = {"content-type": f"image/{kind.lower()}"}
    response = client.post("/v1/digits", content=png(drawn[4], kind), headers=headers)
    assert response.json()["answers"][0]["label"] == "4"


def test_an_error_rate(client, files, drawn):
    scribbles = 255 - make_scribbles(4, side=60, random_state=0).reshape(-1, 60, 60)
    pictures = [("a", png(scribble)) for scribble in scribbles]
    pictures.append(("b", files[3]))
    response = client.post("/v1/digits?max_error_rate=0.01", files=pictures)
    labels = [answer["label"] for answer in response.json()["answers"]]
    assert labels.count("?") >= 2
    assert labels[-1] == "3"


def test_numbers(client, line):
    content, string = line
    for query in ("", "?length=5", "?length=3-6", "?pattern=ddddd", f"?allowed={string}&allowed=1"):
        response = client.post(f"/v1/numbers{query}", content=content, headers=PNG)
        assert response.status_code == 200, response.text
        (found,) = response.json()["answers"]
        assert found["text"] == string
        assert [digit["label"] for digit in found["digits"]] == list(string)
    expected = load_reader().read(content)
    assert found["box"] == list(expected.box)
    response = client.post("/v1/numbers?length=3", content=content, headers=PNG)
    assert len(response.json()["answers"][0]["text"]) == 3


def test_an_explanation(client, files):
    found = client.post("/v1/explain", content=files[7], headers=PNG).json()
    assert found["answer"]["label"] == "7"
    assert max(found["probabilities"], key=found["probabilities"].get) == "7"
    assert 'path="/v1/explain"' in client.get("/metrics").text
    assert sum(found["probabilities"].values()) == pytest.approx(1)
    images = [*found["steps"].values(), found["saliency"]]
    assert list(found["steps"]) == ["picture", "ink", "digit", "normal"]
    assert all(image.startswith("data:image/png;base64,iVBOR") for image in images)
    blank = client.post("/v1/explain", content=png(np.full((50, 50), 255)), headers=PNG).json()
    assert blank["answer"]["label"] is None
    assert blank["saliency"] is None


def test_some_pictures_that_cannot_be_read(client, files):
    broken = files[1][:-60]
    response = client.post("/v1/digits", files=[("a", files[1]), ("b", broken)])
    assert response.status_code == 200
    good, bad = response.json()["answers"]
    assert good["label"] == "1"
    assert "damaged" in bad["error"]
    response = client.post("/v1/digits", content=broken, headers=PNG)
    assert response.status_code == 422
    assert "damaged" in response.json()["detail"]


def test_a_model_of_one_s_own(serve, digits, drawn):
    X, y = digits
    model = CNNDigitClassifier(filters=(8, 8), max_epochs=5, random_state=0).fit(X, y)
    client = serve(model=model)
    rows = [row.tolist() for row in X[:20] * 255 // 16]
    response = client.post("/v1/digits", json={"rows": rows})
    expected = [str(label) for label in model.predict(np.array(rows) // 1)]
    assert [answer["label"] for answer in response.json()["answers"]] == expected
    response = client.post("/v1/digits?max_error_rate=0.01", json={"rows": rows})
    assert response.status_code == 422
    assert "SelectiveClassifier" in response.json()["detail"]
    response = client.post("/v1/explain", json={"rows": rows[:1]})
    assert response.status_code == 422


def test_the_schemas_have_what_answers_have():
    assert _schemas.DigitAnswer.model_fields.keys() == Answer("a").to_dict().keys()
    reading = Reading("7", 1.0, (Digit("7", 1.0, (0, 0, 1, 1)),))
    assert _schemas.NumberAnswer.model_fields.keys() == reading.to_dict().keys()
    (digit,) = reading.to_dict()["digits"]
    assert _schemas.DigitOfNumber.model_fields.keys() == digit.keys()
    assert digit.keys() < {field.name for field in dataclasses.fields(Digit)}


def test_many_at_once_are_answered_as_alone(client, files, drawn):
    expected = list(read_digits(drawn))

    def ask(i):
        return client.post("/v1/digits", content=files[i % 10], headers=PNG).json()["answers"]

    with ThreadPoolExecutor(16) as pool:
        found = list(pool.map(ask, range(60)))
    for i, answers in enumerate(found):
        assert_same(answers, [expected[i % 10]])


def test_pictures_that_wait_are_read_together(serve, files):
    sizes = []
    pretrained = load_pretrained(backend="onnx")

    class Slow(ClassifierMixin, BaseEstimator):
        classes_, n_features_in_ = pretrained.classes_, 784
        predict = pretrained.predict

        def fit(self, X, y):
            return self

        def __sklearn_is_fitted__(self):
            return True

        def predict_proba(self, X):
            sizes.append(len(X))
            time.sleep(0.2)
            return pretrained.predict_proba(X)

    client = serve(model=Slow())
    with ThreadPoolExecutor(16) as pool:
        asked = [
            pool.submit(client.post, "/v1/digits", content=files[5], headers=PNG) for _ in range(24)
        ]
        assert all(each.result().json()["answers"][0]["label"] == "5" for each in asked)
    assert sum(sizes) == 24
    assert max(sizes) > 1
