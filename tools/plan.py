"""The programs of the system, and the address of each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tools import settings
from tools.paths import ROOT, python_of
from tools.problem import Problem
from tools.servers.ports import is_free
from tools.supervisor import Program

INGEST_NICENESS = 10
"""The users of the same machine come first."""


@dataclass(frozen=True)
class Plan:
    """What to run, derived from the settings."""

    values: Mapping[str, str]
    database: str
    has_portal: bool

    @staticmethod
    def of(values: Mapping[str, str], chosen: Mapping[str, str]) -> Plan:
        """The plan for these settings, some of which the user chose."""
        return Plan(values, settings.database_for(chosen), has_portal="SOCRATA_URL" not in chosen)

    def port(self, name: str) -> int:
        return int(self.values[name])

    def _url(self, port: str, path: str) -> str:
        return f"http://127.0.0.1:{self.port(port)}{path}"

    def portal(self) -> Program:
        command = [str(python_of("prefect")), "-m", "portal"]
        return Program("portal", command, ROOT / "prefect", self._url("PORTAL_PORT", "/api/catalog/v1"))

    def api(self) -> Program:
        command = [str(python_of("api")), "-m", "lacity_data_api"]
        return Program("api", command, ROOT / "api", self._url("API_PORT", "/status/api"))

    def reports(self) -> Program:
        command = [str(python_of("dash")), "-m", "gunicorn", "-c", "gunicorn.conf.py", "app:server"]
        return Program("reports", command, ROOT / "dash", self._url("REPORTS_PORT", "/health"))

    def ingest(self) -> Program:
        """An ingest run."""
        command = [str(python_of("prefect")), "flow.py"]
        return Program("flow", command, ROOT / "prefect", is_task=True, niceness=INGEST_NICENESS)

    def check_ports(self) -> None:
        """Raise ``Problem`` when one of the public ports is taken."""
        names = ["API_PORT", "REPORTS_PORT", *(["PORTAL_PORT"] if self.has_portal else [])]
        for name in names:
            if not is_free(self.port(name)):
                raise Problem(
                    f"port {self.port(name)} is in use by another program.\n"
                    f"  Stop that program, or choose another port: `{name}=… make up`."
                )


def greeting(plan: Plan) -> str:
    """The addresses to open."""
    values = plan.values
    source = "the sample portal" if plan.has_portal else "the portal"
    return "\n".join(
        (
            "",
            f"  Reports      {values['REPORTS_URL']}",
            f"  API          {values['API_URL']}/docs",
            f"  Files        {values['API_URL']}/files",
            f"  Data from    {values['SOCRATA_URL']} ({source}), in database {plan.database}",
            "  Also         make psql · make logs · make ingest · make down",
            "",
        )
    )
