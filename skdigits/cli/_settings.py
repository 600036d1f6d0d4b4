"""The parameters of CNNDigitClassifier that ``--set`` gives."""

import ast

import typer

from skdigits._utils.wording import either
from skdigits.cli._usage import did_you_mean

OWN = {"callbacks", "on_interrupt", "verbose", "warm_start"}  # which the command sets itself
ARCHITECTURE = {"filters", "hidden_layer_sizes", "image_shape", "kernel_size", "patch_size"}
WORDS = {"true": True, "false": False, "none": None, "null": None}


def parse_settings(settings, options, *, continued):
    """Return the parameters that a command line gives, as Python values.

    Parameters
    ----------
    settings : list of str
        What follows each ``--set``: NAME=VALUE.
    options : dict of str to (str, object)
        Parameters that have an option of their own: its name and its value, None if not given.
    continued : bool
        Whether a trained network is to be trained further.

    Raises
    ------
    typer.BadParameter
        If there is no such parameter, it has no such value, or it is given twice or cannot be
        changed.
    """
    parameters = {name: value for name, (_, value) in options.items() if value is not None}
    for setting in settings:
        name, equals, text = setting.partition("=")
        if not equals:
            raise typer.BadParameter(f"--set takes NAME=VALUE, not {setting!r}.")
        _check_name(name)
        if name in parameters:
            raise typer.BadParameter(
                f"{options[name][0]} and --set {name}=... exclude each other."
                if name in options
                else f"--set {name}=... is given twice."
            )
        if continued and name in ARCHITECTURE:
            raise typer.BadParameter(
                f"{name} cannot change when the training of a model continues: leave out --set "
                f"{name}=..., or leave out --from to train a new model."
            )
        parameters[name] = _value(text)
        _check_value(name, parameters[name], text)
    return parameters


def _value(text):
    if text.lower() in WORDS:
        return WORDS[text.lower()]
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError):
        return text


def _check_name(name):
    from skdigits.classifier import CNNDigitClassifier

    if name in OWN:
        raise typer.BadParameter(f"--set {name}=... is for Python: this command sets it itself.")
    names = sorted(CNNDigitClassifier().get_params().keys() - OWN)
    if name not in names:
        advice = did_you_mean(name, names) or f" Choose one of {', '.join(names)}."
        raise typer.BadParameter(f"CNNDigitClassifier has no parameter {name!r}.{advice}")


def _check_value(name, value, text):
    """Refuse a value before any image is read, in words without Python's types."""
    from skdigits.classifier import CNNDigitClassifier

    classifier = CNNDigitClassifier(**{name: value})
    try:
        classifier._validate_params()
    except ValueError as error:
        kinds = classifier._parameter_constraints[name]
        accepted = either(words for kind in kinds for words in _words(kind))
        raise typer.BadParameter(f"{name} must be {accepted}, not {text}.") from error


def _words(kind):
    """Return what a constraint of scikit-learn accepts; nothing if only Python has it."""
    if hasattr(kind, "options"):
        return sorted(kind.options)
    if hasattr(kind, "closed"):
        number = "a whole number" if kind.type.__name__ == "Integral" else "a number"
        above = "of at least" if kind.closed in ("left", "both") else "above"
        below = "at most" if kind.closed in ("right", "both") else "below"
        limit = f" and {below} {kind.right:g}" if kind.right < 2**31 - 1 else ""
        return [f"{number} {above} {kind.left:g}{limit}"]
    return {
        "array-like": ["a list such as 32,64"],
        bool: ["true", "false"],
        "random_state": ["a whole number of at least 0", "none"],
        dict: ["a dictionary such as {'8':5}"],
        None: ["none"],
    }.get(kind, [])
