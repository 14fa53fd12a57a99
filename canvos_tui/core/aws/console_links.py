"""Addresses of AWS' console pages, in the partition where the account lives."""

from __future__ import annotations

from urllib.parse import quote

_HOSTS = {"aws-cn": "console.amazonaws.cn", "aws-us-gov": "console.amazonaws-us-gov.com"}


def console_links(partition: str, region: str, bucket: str, key: str, ami: str) -> tuple[tuple[str, str], ...]:
    """Label and address of the console pages of the object and the AMI, of each only when there is one."""
    console = f"https://{region}.{_HOSTS.get(partition, 'console.aws.amazon.com')}"
    links = [("S3 object", f"{console}/s3/object/{bucket}?region={region}&prefix={quote(key, safe='')}")] if bucket else []
    if ami:
        links.append(("AMI", f"{console}/ec2/home?region={region}#ImageDetails:imageId={ami}"))
    return tuple(links)
