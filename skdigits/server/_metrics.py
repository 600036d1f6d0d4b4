"""Metrics of a server for Prometheus."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

PATHS = {
    *("/", "/v1/digits", "/v1/numbers", "/v1/explain"),
    *("/healthz", "/readyz", "/metrics", "/openapi.json"),
}


class Metrics:
    """Counts of requests and pictures, and how long they took."""

    def __init__(self):
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "skdigits_requests",
            "Requests that were answered.",
            labelnames=("path", "status"),
            registry=self.registry,
        )
        self.seconds = Histogram(
            "skdigits_request_seconds",
            "Seconds from the headers of a request to its answer.",
            labelnames=("path",),
            registry=self.registry,
        )
        self.pictures = Counter(
            "skdigits_pictures", "Pictures that were read.", ("path",), registry=self.registry
        )
        self.waiting = Gauge(
            "skdigits_pictures_waiting",
            "Pictures that wait or are being read.",
            registry=self.registry,
        )

    def count(self, scope, status, seconds):
        """Count a request; all unknown paths are counted together."""
        path = scope["path"] if scope["path"] in PATHS else "other"
        self.requests.labels(path, str(status)).inc()
        self.seconds.labels(path).observe(seconds)

    def text(self):
        """Return the metrics in the format of Prometheus."""
        return generate_latest(self.registry)
