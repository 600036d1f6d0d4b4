"""How a console and a notebook show the classifier."""

from sklearn.base import BaseEstimator

from skdigits._utils.sklearn import EcosystemMixin
from skdigits.classifier._auto import RULES, is_text


class ReprMixin(EcosystemMixin, BaseEstimator):
    """The repr, with what "auto" chose; in HTML also with a summary of the fit."""

    def __repr__(self, N_CHAR_MAX=700):
        text = super().__repr__(N_CHAR_MAX)
        chosen = [
            f"{name}={getattr(self, name + '_')!r}"
            for name in RULES
            if is_text(getattr(self, name), "auto") and hasattr(self, name + "_")
        ]
        return f"{text}  # auto: {', '.join(chosen)}" if chosen else text

    def _repr_html_inner(self):
        return super()._repr_html_inner() + self._summary()

    def _repr_mimebundle_(self, **kwargs):
        bundle = super()._repr_mimebundle_(**kwargs)
        if "text/html" in bundle:
            bundle["text/html"] += self._summary()
        return bundle

    def _summary(self):
        """Return the summary that a notebook shows below a fitted estimator, as HTML."""
        if not hasattr(self, "net_"):
            return ""
        epochs = "1 epoch" if self.n_epochs_ == 1 else f"{self.n_epochs_} epochs"
        text = f"{self.n_weights_:,} weights, trained for {epochs} on {self.device_}"
        if self.validation_scores_:
            text += f"; validation accuracy {self.validation_scores_[-1]:.2%}"
        return f"<p>{text}</p>"
