"""How gunicorn serves the reports: processes with threads, since callbacks wait for Postgres and Redis."""

import os
import resource
import shutil
import tempfile

import logs
from config import Settings

_settings = Settings.from_environment()
# Every worker writes its metrics to this folder; the one that serves /status/metrics sums them.
_metrics = tempfile.mkdtemp(prefix="311-metrics-")
os.environ["PROMETHEUS_MULTIPROC_DIR"] = _metrics
# One open file per connection.
_, _most = resource.getrlimit(resource.RLIMIT_NOFILE)
resource.setrlimit(resource.RLIMIT_NOFILE, (_most, _most))

bind = f"{_settings.reports_host}:{_settings.reports_port}"
workers = _settings.reports_workers
# By name, because metrics must not be imported before their folder is set.
worker_class = "serving.worker.BufferingWorker"
threads = _settings.reports_threads
# The workers share the memory of imported modules; each opens its own connections later.
preload_app = True
timeout = 60
graceful_timeout = 20
# Our load balancer closes idle connections after 120 seconds; it must be the first to do so.
keepalive = 130
# Heartbeat files in memory: a slow disk must not look like a dead worker.
worker_tmp_dir = "/dev/shm"  # noqa: S108
loglevel = _settings.log_level.lower()
logconfig_dict = logs.config(_settings.log_level)
control_socket_disable = True


def on_exit(_server: object) -> None:
    """Remove the workers' metrics; only the parent process calls this."""
    shutil.rmtree(_metrics, ignore_errors=True)
