"""Names of precisions and optimizers."""

PRECISIONS = "float32", "float64", "bfloat16"
OPTIMIZERS = "adam", "adamw", "sgd"
