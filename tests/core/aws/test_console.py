"""The console's addresses."""

from __future__ import annotations

import pytest

from canvos_tui.core.aws.console_links import console_links


@pytest.mark.parametrize(
    ("partition", "host"),
    [("aws", "console.aws.amazon.com"), ("aws-cn", "console.amazonaws.cn"), ("aws-us-gov", "console.amazonaws-us-gov.com")],
)
def test_each_partition_has_its_own_console(partition, host):
    links = dict(console_links(partition, "r-1", "b", "a/k", "ami-1"))
    assert links["AMI"] == f"https://r-1.{host}/ec2/home?region=r-1#ImageDetails:imageId=ami-1"
    assert links["S3 object"] == f"https://r-1.{host}/s3/object/b?region=r-1&prefix=a%2Fk"
    assert "AMI" not in dict(console_links(partition, "r-1", "b", "k", ""))
