"""``make deploy-check``: every check of the deployment that this machine can run; lists the others.

python3 -m tools.deployment [NAME…]: only these checks; "quick" selects those that take seconds.
TF_PLUGIN_DIR names a folder with Terraform's provider, or is "download" to fetch it.
"""

from __future__ import annotations

import sys

from tools.console import say
from tools.deployment import analysis, costs, loop, static
from tools.deployment.checks import Check, run_all
from tools.problem import Problem, guarded

CHECKS = {
    "fmt": Check("fmt", static.formatted),
    "workflows": Check("workflows", static.sound_workflows),
    "types": Check("types", static.deploy_types),
    "validate": Check("validate", static.valid),
    "rules": Check("rules", static.rules_hold),
    "checkov": Check("checkov", analysis.explained),
    "prices": Check("prices", costs.current),
    "deploy": Check("deploy", static.deploy_tests),
    "images": Check("images", static.images),
    "account": Check("account", loop.both_stages),
}
QUICK = ("fmt", "workflows")
ELSEWHERE = """Not on any machine without an account:
  signatures, provenance and the registry's scan: the workflow images
  permissions, quotas, engine versions, certificates, DNS: the first `terraform apply` (terraform/README.md)
  the smoke test of the real hosts: the workflow deploy"""


def main() -> int:
    names = sys.argv[1:] or list(CHECKS)
    names = [name for word in names for name in (QUICK if word == "quick" else [word])]
    if unknown := set(names) - set(CHECKS):
        raise Problem(f"no such check: {', '.join(sorted(unknown))}. There are {', '.join(CHECKS)}, quick.")
    code = run_all(CHECKS[name] for name in names)
    say(ELSEWHERE)
    return code


if __name__ == "__main__":
    sys.exit(guarded(main))
