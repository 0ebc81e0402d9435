"""``make images``: build the images of the services and say what each adds to its base.

python3 -m tools.images [build] [api] [reports] [pipeline] [--install] [--local-base]
python3 -m tools.images check [NAME…] [--install]

``check`` also starts what it has built, hardened as in production, against servers of its own; it is a part
of ``make deploy-check``. Where nothing can build images it says so and is no failure.
"""

from __future__ import annotations

import argparse
import os
import sys

from tools.console import say
from tools.images import base, engines
from tools.images.build import build_all, report
from tools.images.install import install
from tools.images.services import IMAGES, chosen
from tools.images.trial import run_trial
from tools.problem import guarded


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python3 -m tools.images", description=__doc__)
    words = ["build", "check", *(image.name for image in IMAGES)]
    parser.add_argument("words", nargs="*", choices=[*words, []], metavar="WORD", help=", ".join(words))
    parser.add_argument(
        "--install", action="store_true", help="on Debian, as root: install what builds images"
    )
    parser.add_argument(
        "--local-base",
        action="store_true",
        help="on a stand-in for Python's official image; never to publish",
    )
    return parser.parse_args()


def check(names: list[str]) -> int:
    """Build and try; skipped, in so many words, where no engine is."""
    engine = engines.find()
    if engine is None:
        say(f"skipped: {engines.NONE}")
        return 0
    images = chosen(names)
    is_local_base = not base.is_at_hand(engine, images[0].folder)
    if is_local_base and not base.has_stand_in(engine):
        say(f"skipped: no registry can be reached to fetch {base.official(images[0].folder)}")
        return 0
    if is_local_base:
        say("  No registry can be reached: a stand-in made of Debian's packages takes its base's place.")
    code = report(build_all(engine, images, is_local_base=is_local_base))
    if not engine.can_run:
        say(f"skipped: {engine.name} only builds; docker or podman would run them too")
        return code
    return code or run_trial()


def main() -> int:
    arguments = _arguments()
    names = [word for word in arguments.words if word not in {"build", "check"}]
    if arguments.install:
        install()
    if "check" in arguments.words:
        return check(names)
    engine = engines.require()
    return report(build_all(engine, chosen(names), is_local_base=arguments.local_base))


if __name__ == "__main__":
    os.umask(0o022)
    sys.exit(guarded(main))
