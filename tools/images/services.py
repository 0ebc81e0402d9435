"""The images: where each is built, and how much it may add to its base. The portal's is for trials only."""

from __future__ import annotations

from dataclasses import dataclass

MEGABYTE = 1_000_000


@dataclass(frozen=True)
class Image:
    """A service's image, built from the Dockerfile and the lock of ``folder``.

    ``limit_mb`` is what it may add to its base, unpacked; ``context`` is another folder to copy from.
    """

    name: str
    folder: str
    limit_mb: int
    context: str = ""

    @property
    def tag(self) -> str:
        """Its name where it was built; the workflow that publishes it gives it the registry's."""
        return f"localhost/la311-{self.name}:latest"


IMAGES = (
    Image("api", "api", 130),
    Image("reports", "dash", 350),
    Image("pipeline", "prefect", 450),
    Image("portal", "prefect/portal", 150, context="prefect"),
)


def chosen(names: list[str]) -> tuple[Image, ...]:
    """The images of these names; all when none is named."""
    return tuple(image for image in IMAGES if not names or image.name in names)
