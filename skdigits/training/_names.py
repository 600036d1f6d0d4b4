"""What may be chosen by name."""

PRECISIONS = "float32", "float64", "bfloat16"
OPTIMIZERS = "adam", "adamw", "sgd"
