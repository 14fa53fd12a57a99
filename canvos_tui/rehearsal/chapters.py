"""The long part of a build as data: which target runs which command, for how long, and what it says. The texts are invented."""

from __future__ import annotations

from collections.abc import Mapping

from canvos_tui.core.values import dataclass

REGISTRY = "us-docker.pkg.dev/palette-images"
EARTHLY = f"{REGISTRY}/third-party/edge/earthly/earthly"
AURORABOOT = "quay.io/kairos/auroraboot:v0.16.0"


@dataclass(frozen=True)
class Step:
    """One command: `seconds` at pace 1 are spread over its lines; `bar` draws a percentage first."""

    target: str
    command: str
    seconds: float = 0.3
    lines: tuple[str, ...] = ()
    bar: bool = False


def before_the_disk(args: Mapping[str, str], versions: Mapping[str, str]) -> tuple[Step, ...]:
    """Base image, installer image and the hand-over to the disk builder."""
    return (*_settings(), *_base(args, versions), *_installer(versions), *_hand_over(args))


def _settings() -> tuple[Step, ...]:
    alpine = f"{REGISTRY}/edge/canvos/alpine:3.20"
    return (
        Step("+aws-cloud-image", "FROM +base"),
        Step("u/p/e/c/alpine:3.20", f"Load metadata {alpine} linux/amd64"),
        Step("+base", f"FROM {alpine}", 1.0, bar=True),
        Step("+base", 'IF [ "$FIPS_ENABLED" = "true" ] && [ "$UPDATE_KERNEL" = "true" ]'),
        Step("+base", 'IF [ "$OS_DISTRIBUTION" = "ubuntu" ] && [ "$BASE_IMAGE" = "" ]'),
        Step("+ubuntu", f"FROM {REGISTRY}/third-party/ubuntu:22.04"),
        Step("+cloud-image", "FROM +base"),
        Step("e/dind:alpine-3.19-docker-25.0.5-r0", "Load metadata earthly/dind:alpine-3.19-docker-25.0.5-r0 linux/amd64"),
    )


def _base(args: Mapping[str, str], versions: Mapping[str, str]) -> tuple[Step, ...]:
    system, version = args.get("OS_DISTRIBUTION", "ubuntu"), args.get("OS_VERSION", "24.04")
    image = f"{REGISTRY}/edge/kairos-{system}:{version}-core-amd64-generic-{versions['KAIROS_VERSION']}"
    packages = ("ca-certificates", "curl", "openssl", "linux-modules", "systemd", "rsync", "gdisk", "jq")
    fetched = tuple(
        f"Get:{n} http://archive.example.org/ubuntu noble/main amd64 {name} [{211 + 37 * n} kB]" for n, name in enumerate(packages, 1)
    )
    set_up = tuple(f"Setting up {name} (2.{n}-1rehearsal{n}) ..." for n, name in enumerate(packages, 1))
    return (
        Step("+base-image", "FROM DOCKERFILE "),
        Step("1/9", f"FROM {image}", 3.0, bar=True),
        *(
            Step(f"{n}/9", f"RUN {what}", 0.2)
            for n, what in enumerate(("mkdir -p /certs", "cp boot.cfg /etc", "ln -sf init /sbin/init"), 2)
        ),
        Step("+base-image", "COPY --if-exists certs/ /etc/ssl/certs/"),
        Step("+base-image", "RUN apt-get update && apt-get install -y --no-install-recommends rsync gdisk jq", 3.0, fetched),
        Step("+base-image", "RUN apt-get upgrade -y", 4.0, ("Reading package lists...", "Building dependency tree...", *set_up)),
        Step(
            "+base-image",
            "RUN kernel=$(ls /lib/modules | head -n1) && dracut -f /boot/initrd-$kernel $kernel",
            3.0,
            ("dracut: Executing: /usr/bin/dracut -f", "dracut: *** Including module: kairos-network ***", "dracut: *** Creating image ***"),
        ),
    )


def _installer(versions: Mapping[str, str]) -> tuple[Step, ...]:
    agent = f"{REGISTRY}/edge/stylus-framework-linux-amd64:{versions['PE_VERSION']}"
    return (
        Step("+iso-image", "FROM +base-image"),
        Step("+stylus-image", f"FROM {agent}", 1.5, bar=True),
        Step("+stylus-image", "SAVE ARTIFACT ./*"),
        Step("+iso-image", "COPY +stylus-image/ /", 1.0),
        Step("+iso-image", "COPY overlay/files/ /", 0.5),
        Step("+iso-image", "RUN rm -f /etc/ssh/ssh_host_* && touch /etc/machine-id", 0.5),
        Step("+iso-image", "SAVE IMAGE index.docker.io/library/palette-installer-image:latest"),
    )


def _hand_over(args: Mapping[str, str]) -> tuple[Step, ...]:
    told = "user-data file does not exist." if "USER_DATA" not in args else "user-data is valid"
    return (
        Step("q/k/auroraboot:v0.16.0", f"DOCKER PULL {AURORABOOT}", 1.0),
        Step("output", "exporting outputs", 3.0, bar=True),
        Step("+validate-user-data", "RUN if [ -f user-data ]; then palette-edge-cli validate -f user-data; fi", 0.5, (told,)),
        Step("+cloud-image", "WITH DOCKER (install deps)", 1.0),
    )


DISK_COMMAND = (
    f"WITH DOCKER RUN --privileged mkdir -p /output && docker run --rm -v /output:/aurora --privileged {AURORABOOT} --debug"
    ' --cloud-config /config.yaml || echo "No content-* directories found" && bash /add-content-partition.sh "$RAW_IMG"'
    ' || { echo "Error: Failed to add content partition. Build cannot continue." >&2; exit 1; }'
)


def disk_lines(raw: str) -> tuple[str, ...]:
    """What AuroraBoot says while it makes the disk, without its time stamps' date."""
    return (
        "INF Copying docker://index.docker.io/library/palette-installer-image:latest source to /aurora/temp-rootfs",
        f"DBG Got output name name={raw}",
        "INF Creating RECOVERY image",
        "INF Starting rsync...",
        "INF Finished rsync...",
        "INF Creating BOOT image",
        "INF Creating OEM image",
        "INF Assembling final disk image",
        f"INF Done building raw image file=/aurora/{raw}",
    )


def full_disk_lines() -> tuple[str, ...]:
    """The same when the disk runs full on the way; what comes after the real reason is as misleading as it is in reality."""
    return (
        "INF Copying docker://index.docker.io/library/palette-installer-image:latest source to /aurora/temp-rootfs",
        "INF Creating RECOVERY image",
        "INF Starting rsync...",
        "ERR rsync finished with errors: exit status 11",
        'rsync: [receiver] write failed on "/tmp/recovery-mount/usr/lib/firmware/wide.bin": No space left on device (28)',
        "rsync error: error in file IO (code 11) at receiver.c(380) [receiver=3.2.7]",
        "No content-* directories found",
        "=== Running add-content-partition.sh ===",
        "/bin/sh: bash: not found",
        "Error: Failed to add content partition. Build cannot continue.",
        "Debug info:",
        "  RAW_IMG: ",
    )


def content_lines(raw: str) -> tuple[str, ...]:
    """The partition that is added to the finished disk."""
    return (
        "=== Finding raw image created by auroraboot ===",
        f"Found raw image: /output/{raw}",
        "=== Adding COS_CONTENT partition ===",
        "No content-* directories found",
        "=== Running add-content-partition.sh ===",
        "The partition table has been altered.",
        "Content partition added.",
    )


def after_the_disk() -> tuple[Step, ...]:
    """The container that holds the AWS command line, up to the import script."""
    return (
        Step("+cloud-image", "SAVE ARTIFACT /output/* AS LOCAL ./build/", 0.5),
        Step(
            "+aws-cloud-image",
            "RUN apt-get update && apt-get install -y unzip ca-certificates curl",
            1.5,
            ("Hit:1 http://archive.example.org/ubuntu jammy InRelease", "Setting up unzip (6.0-26rehearsal1) ..."),
        ),
        Step("+aws-cloud-image", "RUN curl --fail -s https://awscli.amazonaws.com/awscli-exe-linux-x86_64.zip -o awscliv2.zip", 1.5),
        Step("+aws-cloud-image", "WORKDIR /workdir"),
        Step("+aws-cloud-image", "COPY cloud-images/scripts/create-raw-to-ami.sh create-raw-to-ami.sh"),
        Step("+aws-cloud-image", "COPY +cloud-image/ /workdir/", 1.5),
    )


IMPORT_COMMAND = (
    'RUN RAW_FILE_PATH=$(ls /workdir/*.raw) && echo "RAW_FILE_PATH: $RAW_FILE_PATH" && /workdir/create-raw-to-ami.sh $RAW_FILE_PATH'
)
