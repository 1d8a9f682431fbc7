"""What hostile exports say of themselves: for each what becomes of the text, and what is said of it."""

from __future__ import annotations

import json


def other(**known):
    """It says something else."""
    return lambda text: json.dumps(json.loads(text) | known)


def seen(**known):
    """It says something else of the first input."""
    return lambda text: other(inputs=[json.loads(text)["inputs"][0] | known])(text)


DESCRIPTIONS = {
    "no JSON": (lambda _text: "not at all", "says of itself is damaged"),
    "a number": (lambda _text: "7", "says of itself is damaged"),
    "deep JSON": (lambda _text: "[" * 200_000, "says of itself is damaged"),
    "deep JSON inside": (lambda text: text[:-1] + ', "unknown": ' + "[" * 9999 + "]" * 9999 + "}", "is damaged"),
    "100 MB": (lambda _text: " " * 100_000_000, "too long|larger than"),
    "numbers that are none": (lambda _text: '{"temperature": NaN, "format": 1}', "says of itself is damaged"),
    "a format of tomorrow": (lambda _text: '{"format": 2}', "reads up to format 1"),
    "something more": (other(trust_code=True), "at trust_code"),
    "outputs that nobody knows": (other(outputs=["scores", "probabilities", "password"]), "at outputs"),
    "outputs twice": (other(outputs=["scores", "probabilities", "set", "set"]), "at outputs"),
    "outputs in another order": (other(outputs=["probabilities", "scores"]), "at outputs"),
    "no probabilities": (other(outputs=["scores"]), "at outputs"),
    "fewer outputs": (other(outputs=["scores", "probabilities"]), "gives something else"),
    "more classes than columns": (other(class_names=["a", "b", "c"]), "gives something else"),
    "more classes than there can be": (other(class_names=["a"] * 1_100_000), "at class_names"),
    "one class": (other(class_names=["a"]), "at class_names"),
    "class names that are numbers": (other(class_names=[1, 2]), "at class_names"),
    "a temperature that is none": (other(temperature=-1.0), "at temperature"),
    "a digest that is a path": (other(bundle="../../etc/passwd"), "at bundle"),
    "two inputs of one name": (lambda text: other(inputs=json.loads(text)["inputs"] * 2)(text), "at inputs"),
    "an input of another name": (seen(name="/etc/passwd"), "takes something else"),
    "a window beside the image": (seen(window=[0.5, 0, -1, 9]), "at inputs.0.window"),
    "pixels without end": (seen(transform={"height": 10**9, "width": 10**9}), "at inputs.0.transform"),
    "other pixels": (seen(transform={"height": 4096, "width": 4096}), "takes something else"),
}
