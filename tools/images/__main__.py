"""``make images``: build the images of the services and print what each adds to its base.

python3 -m tools.images [api] [reports] [pipeline] [--base IMAGE]
"""

from __future__ import annotations

import argparse
import os
import sys

from tools.images import engines
from tools.images.build import IMAGES, build_all
from tools.problem import guarded


def main() -> int:
    parser = argparse.ArgumentParser(prog="make images", description=__doc__)
    names = [image.name for image in IMAGES]
    parser.add_argument("names", nargs="*", choices=[*names, []], metavar="NAME", help=", ".join(names))
    parser.add_argument(
        "--base", default="", help="build on this image instead of Python's; never to publish"
    )
    chosen = parser.parse_args()
    images = [image for image in IMAGES if not chosen.names or image.name in chosen.names]
    return build_all(engines.require(), images, chosen.base)


if __name__ == "__main__":
    os.umask(0o022)
    sys.exit(guarded(main))
