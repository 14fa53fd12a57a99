"""The table of pages: each with its number, its word on the rail, its title and the fields that it asks for. The only list of them.

A text outside the screens never names a screen: it says what to do, and carries the page's slug; the screen adds where.
"""

from __future__ import annotations

from collections.abc import Collection

from canvos_tui.core.values import dataclass


@dataclass(frozen=True)
class Page:
    """A page of the wizard, with the keys of the fields that it asks for, in their order.

    `number` is 0 for what is not counted, `rail` empty for a page that shares its entry with the one before.
    """

    slug: str
    title: str
    number: int = 0
    rail: str = ""
    fields: tuple[str, ...] = ()

    @property
    def words(self) -> str:
        """`screen S3`, as the rail names it; empty for a page without a number."""
        return f"screen {self.rail or RAIL_WORDS[self.number]}" if self.number else ""


PAGES = (
    Page("start", "Start"),
    Page("check", "Check", 1, "Check"),
    Page("repo", "Repository and tag", 2, "Repo", ("palette",)),
    Page("image", "Image", 3, "Image", ("CUSTOM_TAG", "IMAGE_REGISTRY")),
    Page("user-data", "user-data", 3, "", ("PALETTE_ENDPOINT", "EDGE_HOST_USER", "EDGE_HOST_SSH_KEY", "EDGE_HOST_TOKEN")),
    Page(
        "os",
        "Operating system and Kubernetes",
        4,
        "OS/K8s",
        (
            "OS_DISTRIBUTION",
            "OS_VERSION",
            "BASE_IMAGE",
            "K8S_DISTRIBUTION",
            "K8S_VERSION",
            "HTTPS_PROXY",
            "HTTP_PROXY",
            "NO_PROXY",
        ),
    ),
    Page("versions", "Several Kubernetes versions", 4),
    Page("s3", "S3 bucket", 5, "S3", ("REGION", "S3_BUCKET", "S3_KEY")),
    Page(
        "ami-settings",
        "AMI settings",
        5,
        "",
        ("imds", "volume_type", "delete_on_termination", "root_size", "import_role", "encryption", "limit"),
    ),
    Page("keys", "AWS keys", 6, "Keys", ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")),
    Page("aws", "AWS access", 7, "AWS"),
    Page("review", "Review", 8, "Review"),
    Page("build", "Build", 9, "Build"),
    Page("result", "Result", 10, "Result"),
)
BY_SLUG = {page.slug: page for page in PAGES}
RAIL = tuple(page for page in PAGES if page.rail)
RAIL_WORDS = {page.number: page.rail for page in RAIL}
OF_FIELD = {key: page.slug for page in PAGES for key in page.fields}


def words(slug: str) -> str:
    """`screen S3` for that page, so that a text can say where; empty for one without a number."""
    return BY_SLUG[slug].words


def neighbour(current: str, way: str, without: Collection[str] = ()) -> str:
    """The page before or after (`next`, `back`); `without` are the slugs of pages that are not on the way now."""
    order = [page.slug for page in PAGES if page.slug not in without or page.slug == current]
    at = order.index(current) + (1 if way == "next" else -1)
    return order[min(max(at, 0), len(order) - 1)]
