"""An AWS account for the checks: moto's server, plus the responses that it lacks.

``python moto_aws.py -H 127.0.0.1 -p PORT``. For the attributes that are added here, an empty plan proves only
that both sides of this project agree.
"""

from __future__ import annotations

import inspect
import json
import os
import uuid
from typing import Any

os.environ.setdefault("MOTO_IAM_LOAD_MANAGED_POLICIES", "true")

from moto.applicationautoscaling.responses import ApplicationAutoScalingResponse
from moto.budgets.responses import BudgetsResponse
from moto.cloudwatch.responses import CloudWatchResponse
from moto.core.responses import ActionResult, EmptyResult
from moto.ec2.models.security_groups import SecurityGroupRule
from moto.ecs.models import EC2ContainerServiceBackend, Service, Task
from moto.ecs.responses import EC2ContainerServiceResponse
from moto.elasticache.models import CacheCluster, ElastiCacheBackend
from moto.elasticache.responses import ElastiCacheResponse
from moto.kms.exceptions import AccessDeniedException
from moto.kms.models import KmsBackend
from moto.rds.models import DBInstance, DBInstanceAutomatedBackup, DBParameterGroup, RDSBackend
from moto.server import main

# A container of such an image fails: its task exits with 1, its service never becomes healthy.
BAD_DIGEST = "bad0" * 16
# The action of an alarm with this in its name fails.
MUTE = "mute"
# The pipeline's exit code for an unknown dataset.
NO_DATASET = 20

CLUSTER_ARGUMENTS = [name for name in inspect.signature(CacheCluster.__init__).parameters if name != "self"]

create_group = ElastiCacheBackend.create_replication_group
delete_group = ElastiCacheBackend.delete_replication_group
delete_cluster = ElastiCacheBackend.delete_cache_cluster
make_instance = DBInstance.__init__
restore_to_time = RDSBackend.restore_db_instance_to_point_in_time
update_parameters = DBParameterGroup.update_parameters
make_task = Task.__init__
schedule_key_deletion = KmsBackend.schedule_key_deletion
create_service = EC2ContainerServiceResponse.create_service
register_target = ApplicationAutoScalingResponse.register_scalable_target
update_service = EC2ContainerServiceBackend.update_service


def member(backend: Any, name: str, arguments: dict[str, Any]) -> Any:
    """A node of a replication group, which moto names but does not create."""
    known = {key: arguments.get(key) for key in CLUSTER_ARGUMENTS}
    known |= {"account_id": backend.account_id, "region_name": backend.region_name, "cache_cluster_id": name}
    known["engine"] = known["engine"] or "redis"
    cluster = CacheCluster(**known)
    cluster.at_rest_encryption_enabled = arguments.get("at_rest_encryption_enabled")
    cluster.transit_encryption_mode = arguments.get("transit_encryption_mode")
    groups = arguments.get("security_group_ids") or []
    cluster.security_groups = [{"SecurityGroupId": group, "Status": "active"} for group in groups]
    return cluster


def create_replication_group(self: Any, **arguments: Any) -> Any:
    group = create_group(self, **arguments)
    for name in group.member_clusters:
        self.cache_clusters[name] = member(self, name, arguments)
    return group


def delete_replication_group(
    self: Any, replication_group_id: str, retain_primary_cluster: bool | None = None
) -> Any:
    """Moto never leaves the state ``deleting``."""
    group = delete_group(self, replication_group_id, retain_primary_cluster)
    for name in group.member_clusters:
        self.cache_clusters.pop(name, None)
    self.replication_groups.pop(replication_group_id, None)
    return group


def delete_cache_cluster(self: Any, cache_cluster_id: str) -> Any:
    cluster = delete_cluster(self, cache_cluster_id)
    self.cache_clusters.pop(cache_cluster_id, None)
    return cluster


def delete_cache_subnet_group(self: Any) -> Any:
    self.elasticache_backend.cache_subnet_groups.pop(self._get_param("CacheSubnetGroupName"), None)
    return EmptyResult()


def initialise_instance(self: Any, *arguments: Any, **named: Any) -> None:
    """Moto drops the settings of Database Insights, and gives all instances one resource id."""
    make_instance(self, *arguments, **named)
    self.dbi_resource_id = f"db-{uuid.uuid4().hex.upper()[:26]}"
    self.database_insights_mode = named.get("database_insights_mode")
    self.performance_insights_enabled = named.get("enable_performance_insights", False)
    self.performance_insights_kms_key_id = named.get("performance_insights_kms_key_id")
    self.performance_insights_retention_period = named.get("performance_insights_retention_period")
    INSTANCES[self.dbi_resource_id] = self


INSTANCES: dict[str, Any] = {}
"""Every instance that ever was, by resource id: the source of automated backups, which outlive it."""


def resource_id(self: Any) -> str:
    """Moto's automated backups lack it."""
    found: str = self.automated_snapshots[-1].database.dbi_resource_id
    return found


def restore_window(self: Any) -> dict[str, Any]:
    """Moto's automated backups lack it."""
    times = [snapshot.snapshot_create_time for snapshot in self.automated_snapshots]
    return {"EarliestTime": min(times), "LatestTime": max(times)}


def restore_to_point_in_time(self: Any, source: str | None, target: str, overrides: dict[str, Any]) -> Any:
    """Moto knows the source by its name only, not by the resource id that its backup keeps."""
    if source:
        return restore_to_time(self, source, target, overrides)
    instance = INSTANCES[overrides["SourceDbiResourceId"]]
    name = instance.db_instance_identifier
    self.databases[name] = instance
    try:
        return restore_to_time(self, name, target, overrides)
    finally:
        del self.databases[name]


def update_own_parameters(self: Any, new_parameters: list[dict[str, Any]]) -> None:
    """The provider reads back only parameters whose source is the user."""
    update_parameters(self, [{**parameter, "Source": "user"} for parameter in new_parameters])


def description(self: Any) -> str | None:
    """Moto keeps the description of a rule for addresses, but not of a rule for another security group."""
    found: str | None = self.ip_range.get("Description") or self.source_group.get("Description")
    return found


def is_bad(definition: Any) -> bool:
    return bool(definition.container_definitions[0]["image"].endswith(BAD_DIGEST))


def require_nothing(self: Any, task_definition: Any) -> dict[str, Any]:
    """Moto requires sizes for containers, Fargate only for the task."""
    return {"CPU": 0, "MEMORY": 0, "PORTS": [], "PORTS_UDP": []}


def initialise_task(self: Any, *arguments: Any, **named: Any) -> None:
    """In moto every container succeeds."""
    make_task(self, *arguments, **named)
    code = 1 if is_bad(named["task_definition"]) else 0
    overrides = (named.get("overrides") or {}).get("containerOverrides", [{}])[0]
    if overrides.get("command", [])[-2:] == ["--dataset", "none"]:
        code = NO_DATASET
    self.containers[0].exitCode = code


def describe_alarm_history(self: Any) -> Any:
    """Moto executes no action and has no history."""
    name = self._get_param("AlarmName")
    outcome = "Failed to execute" if MUTE in name else "Successfully executed"
    item = {"AlarmName": name, "HistoryItemType": "Action", "HistorySummary": f"{outcome} action"}
    return ActionResult({"AlarmHistoryItems": [item]})


def roll_service(self: Any, service_properties: dict[str, Any]) -> Any:
    """A new deployment, as ECS makes one for a new revision; the circuit breaker restores the old one."""
    wanted = service_properties.get("task_definition")
    service = self._get_service(service_properties["cluster"], service_properties["service"])
    if wanted and is_bad(self.describe_task_definition(wanted)):
        return service
    service = update_service(self, service_properties)
    for deployment in service.deployments:
        deployment.update(taskDefinition=service.task_definition, rolloutState="COMPLETED")
    return service


def create_whole_service(self: Any) -> Any:
    """Moto drops some of the arguments."""
    answer = create_service(self)
    service = self.ecs_backend._get_service(self._get_param("cluster"), self._get_param("serviceName"))
    strategy = self._get_param("capacityProviderStrategy") or []
    service.capacity_provider_strategy = [{"base": 0} | item for item in strategy]
    # ECS omits it if tasks use the network of their host.
    service.network_configuration = service.network_configuration or None
    for deployment in service.deployments:
        deployment["networkConfiguration"] = deployment.get("networkConfiguration") or None
    service.enable_ecs_managed_tags = self._get_param("enableECSManagedTags")
    service.health_check_grace_period_seconds = self._get_param("healthCheckGracePeriodSeconds")
    return answer


TARGET_TAGS: dict[str, dict[str, str]] = {}


def register_tagged_target(self: Any) -> str:
    """Moto drops the tags of scalable targets."""
    answer: str = register_target(self)
    if tags := self._get_param("Tags"):
        TARGET_TAGS[json.loads(answer)["ScalableTargetARN"]] = tags
    return answer


def list_tags_for_resource(self: Any) -> str:
    return json.dumps({"Tags": TARGET_TAGS.get(self._get_param("ResourceARN"), {})})


CloudWatchResponse.describe_alarm_history = describe_alarm_history


def schedule_deletion(self: Any, key_id: str, pending_window_in_days: int) -> float:
    """Moto evaluates no policy; that of a protected stage's key forbids its deletion."""
    statements = json.loads(self.keys[key_id].policy)["Statement"]
    if any(each["Effect"] == "Deny" and "kms:ScheduleKeyDeletion" in each["Action"] for each in statements):
        raise AccessDeniedException("explicit deny in a resource-based policy")
    seconds: float = schedule_key_deletion(self, key_id, pending_window_in_days)
    return seconds


def describe_subscribers(self: Any) -> str:
    """Moto keeps the subscribers of a budget's notification, but does not return them."""
    budget = self.backend.budgets[self._get_param("AccountId")][self._get_param("BudgetName")]
    kind = self._get_param("Notification")["NotificationType"]
    found = next(each for each in budget.notifications if each.details["NotificationType"] == kind)
    return json.dumps({"Subscribers": found.subscribers})


def list_budget_tags(self: Any) -> str:
    """Moto drops the tags of budgets; the provider's default tags are those of the stage."""
    stage = self._get_param("ResourceARN").rsplit("-", 1)[1]
    tags = {"project": "la311", "stage": stage, "managed-by": "terraform"}
    return json.dumps({"ResourceTags": [{"Key": key, "Value": value} for key, value in tags.items()]})


BudgetsResponse.describe_subscribers_for_notification = describe_subscribers
BudgetsResponse.list_tags_for_resource = list_budget_tags
EC2ContainerServiceResponse.create_service = create_whole_service
ApplicationAutoScalingResponse.register_scalable_target = register_tagged_target
ApplicationAutoScalingResponse.list_tags_for_resource = list_tags_for_resource
ElastiCacheBackend.create_replication_group = create_replication_group
ElastiCacheBackend.delete_replication_group = delete_replication_group
ElastiCacheBackend.delete_cache_cluster = delete_cache_cluster
ElastiCacheResponse.delete_cache_subnet_group = delete_cache_subnet_group
DBInstance.__init__ = initialise_instance
DBInstanceAutomatedBackup.dbi_resource_id = property(resource_id)
DBInstanceAutomatedBackup.restore_window = property(restore_window)
RDSBackend.restore_db_instance_to_point_in_time = restore_to_point_in_time
DBParameterGroup.update_parameters = update_own_parameters
KmsBackend.schedule_key_deletion = schedule_deletion
SecurityGroupRule.description = property(description)
EC2ContainerServiceBackend._calculate_task_resource_requirements = require_nothing
Task.__init__ = initialise_task
EC2ContainerServiceBackend.update_service = roll_service
# The provider's default, which moto omits from DescribeServices.
Service.availability_zone_rebalancing = "DISABLED"

if __name__ == "__main__":
    main()
