"""What the process tells Prometheus."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram


class Metrics:
    """Counters of one process."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "liushui_http_requests",
            "Answers by route and status.",
            ["route", "status"],
            registry=self.registry,
        )
        self.seconds = Histogram(
            "liushui_http_seconds", "Time to answer, by route.", ["route"], registry=self.registry,
            buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5),
        )  # fmt: skip
        self.batches = Gauge(
            "liushui_ledger_batches", "Batches written by group commit.", registry=self.registry
        )
        self.refusals = Counter(
            "liushui_refusals", "Refusals answered, by code.", ["code"], registry=self.registry
        )
        self._series: dict[tuple[str, int], tuple[Counter, Histogram]] = {}

    def answered(self, route: str, status: int, seconds: float) -> None:
        """Count one answer. The two series of a route and status are looked up once."""
        series = self._series.get((route, status))
        if series is None:
            series = self.requests.labels(route, str(status)), self.seconds.labels(route)
            self._series[route, status] = series
        series[0].inc()
        series[1].observe(seconds)
