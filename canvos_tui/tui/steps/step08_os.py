"""Guide step 8: the operating system."""

from __future__ import annotations

from canvos_tui.core.answers import fields
from canvos_tui.core.answers.fields import Field
from canvos_tui.core.checkout.distributions import NEEDS_BASE, Distributions
from canvos_tui.tui.step_panel import FormStep

VERSIONS = {"ubuntu": ("24.04", "22.04", "20.04"), "opensuse-leap": ("15.6",), "rhel": (), "sles": ("5.4",)}


class OperatingSystem(FormStep):
    """OS_DISTRIBUTION, OS_VERSION and, where it is needed, BASE_IMAGE."""

    GUIDE, TITLE = (8,), "Operating system"
    FIELDS = (fields.OS_DISTRIBUTION, fields.OS_VERSION, fields.BASE_IMAGE)
    ABOUT = (
        "What runs on the instances. The guide uses ubuntu 24.04; the checkout's os_version.json does not list it, "
        "but nothing reads that file."
    )

    def choices(self, field: Field[str]) -> tuple[str, ...]:
        """The distributions of the Earthfile, and the versions that have a base image."""
        if field is fields.OS_DISTRIBUTION:
            return self._systems.names or tuple(VERSIONS)
        return VERSIONS.get(self.draft.text("OS_DISTRIBUTION"), ()) if field is fields.OS_VERSION else ()

    def wanted(self, field: Field[str]) -> bool:
        """BASE_IMAGE matters only for distributions without a base image, or where one was set."""
        name = self.draft.text("OS_DISTRIBUTION")
        needs = name in NEEDS_BASE or bool(self._systems.caution(name)) or bool(self.draft.entry("BASE_IMAGE").text)
        return field is not fields.BASE_IMAGE or needs

    @property
    def _systems(self) -> Distributions:
        """What the Earthfile of the chosen tag makes of a name."""
        return next((tag.earthfile.systems for tag in self.known.tags if tag.name == self.draft.tag), Distributions())

    def caution(self, field: Field[str]) -> str:
        """What the Earthfile does with a name it does not know, a version without a known base image, a distribution that has none."""
        distribution, version = self.draft.text("OS_DISTRIBUTION"), self.draft.text("OS_VERSION")
        if field is fields.OS_DISTRIBUTION:
            return self._systems.caution(distribution, self.draft.text("BASE_IMAGE"))
        if field is fields.OS_VERSION and version and version not in VERSIONS.get(distribution, ()):
            return f"no base image is known for {distribution} {version}; it shows when the build pulls it"
        if field is fields.OS_VERSION and version == "20.04":
            return "20.04 is deprecated by the vendor"
        if field is fields.BASE_IMAGE and distribution in NEEDS_BASE and not self.draft.text("BASE_IMAGE"):
            return f"{distribution} needs an image that you built"
        return ""
