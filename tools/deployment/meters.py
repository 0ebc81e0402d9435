"""The monthly usage of planned resources: (resource type, variant in prices.csv, quantity)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

HOURS = 730
# Assumptions, because a plan does not contain them.
BALANCER_UNITS, BALANCER_ZONES = 0.3, 2
LOG_GIB, MONITORING_GIB, ACCESS_LOG_GIB = 0.1, 0.7, 1.0
# A city of 15 million requests: Parquet three times (its own, lasting and alias name), GeoParquet twice.
FILES_GIB = 4.0
# Runs per month times hours per run, by the form of the schedule.
DAILY_HOURS, WEEKLY_HOURS = 30.4 * 0.5, 4.3 * 1
RUNS = 30.4 + 4.3

Values = Mapping[str, Any]
Reading = tuple[str, float]
Reading3 = tuple[str, str, float]


def _fargate(task: Values, hours: float) -> list[Reading]:
    architecture = task["runtime_platform"][0]["cpu_architecture"]
    return [
        (f"{architecture} vCPU", hours * int(task["cpu"]) / 1024),
        (f"{architecture} GiB", hours * int(task["memory"]) / 1024),
    ]


def _service(values: Values, tasks: Mapping[str, Values]) -> list[Reading]:
    if values.get("launch_type") == "EC2":
        return []
    return _fargate(tasks[values["name"]], HOURS * values["desired_count"])


def _schedule(values: Values, tasks: Mapping[str, Values]) -> list[Reading]:
    is_weekly = "SUN" in values["schedule_expression"]
    family = values["name"].removesuffix("-reconcile")
    return _fargate(tasks[family], WEEKLY_HOURS if is_weekly else DAILY_HOURS)


def _database(values: Values, _: object) -> list[Reading]:
    copies = 2 if values.get("multi_az") else 1
    readings = [(values["instance_class"], float(HOURS * copies))]
    if values.get("allocated_storage"):
        readings.append(("gp3", float(values["allocated_storage"] * copies)))
    if values.get("manage_master_user_password"):
        readings.append(("secret", 1))
    return [*readings, ("monitoring", MONITORING_GIB)]


def _instance(values: Values, _: object) -> list[Reading]:
    return [
        (values["instance_type"], HOURS),
        ("gp3", values["root_block_device"][0]["volume_size"]),
        ("address", HOURS if values["associate_public_ip_address"] else 0),
    ]


def _alarm(values: Values, _: object) -> list[Reading]:
    return [("metric", sum(bool(query["metric"]) for query in values["metric_query"]))]


def _metric_filter(values: Values, _: object) -> list[Reading]:
    """A metric is billed by the hours in which it receives values; a run sends one at its end."""
    is_of_runs = values["name"].startswith("run-")
    return [("metric", RUNS / HOURS if is_of_runs else 1.0)]


def _bucket(values: Values, _: object) -> list[Reading]:
    return [("files", FILES_GIB) if "-files-" in values["bucket"] else ("stored", ACCESS_LOG_GIB)]


METERS: dict[str, Callable[[Values, Mapping[str, Values]], list[Reading]]] = {
    "aws_ecs_service": _service,
    "aws_scheduler_schedule": _schedule,
    "aws_db_instance": _database,
    "aws_instance": _instance,
    "aws_cloudwatch_metric_alarm": _alarm,
    "aws_elasticache_replication_group": lambda values, _: [
        (values["node_type"], HOURS * values["num_cache_clusters"])
    ],
    "aws_lb": lambda _values, _: [
        ("balancer", HOURS),
        ("capacity unit", HOURS * BALANCER_UNITS),
        ("address", HOURS * BALANCER_ZONES),
    ],
    "aws_nat_gateway": lambda _values, _: [("gateway", HOURS)],
    "aws_eip": lambda _values, _: [("address", HOURS)],
    "aws_wafv2_web_acl": lambda values, _: [("list", 1), ("rule", len(values["rule"]))],
    "aws_kms_key": lambda _values, _: [("key", 1)],
    "aws_cloudwatch_log_group": lambda _values, _: [("ingested", LOG_GIB)],
    "aws_route53_health_check": lambda _values, _: [("check", 1)],
    "aws_s3_bucket": _bucket,
    "aws_cloudwatch_log_metric_filter": _metric_filter,
}


def readings(plan: Values) -> Iterator[Reading3]:
    """Usage of every planned resource; one without a meter has a single reading without a variant."""
    created = [
        (item["type"], item["change"]["after"])
        for item in plan["resource_changes"]
        if item["mode"] == "managed" and item["change"]["after"] is not None
    ]
    tasks = {values["family"]: values for kind, values in created if kind == "aws_ecs_task_definition"}
    for kind, values in created:
        meter = METERS.get(kind)
        for variant, quantity in meter(values, tasks) if meter else [("", 1.0)]:
            yield kind, variant, quantity
