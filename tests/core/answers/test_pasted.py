"""What is pasted is understood as it was meant, and nothing else is made of it."""

from __future__ import annotations

import pytest

from canvos_tui.core.answers.pasted import PastedKeys, keys_in, value_in
from canvos_tui.core.secret import Secret

SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
ID = "AKIAIOSFODNN7EXAMPLE"
TOKEN = "IQoJb3JpZ2luX2VjEDoaCXVzLWVhc3QtMSJ/+x==" * 9


@pytest.mark.parametrize(
    ("key", "text", "value"),
    [
        ("S3_BUCKET", "s3://acme-images/edge/one", "acme-images"),
        ("S3_BUCKET", "  'acme-images'\n", "acme-images"),
        ("S3_BUCKET", "arn:aws:s3:::acme-images", "acme-images"),
        ("S3_BUCKET", "arn:aws-us-gov:s3:::acme-images/edge", "acme-images"),
        ("S3_BUCKET", "https://eu-west-1.console.aws.amazon.com/s3/buckets/acme-images?region=eu-west-1&tab=objects", "acme-images"),
        ("S3_BUCKET", "https://acme-images.s3.eu-west-1.amazonaws.com/edge", "acme-images"),
        ("S3_BUCKET", "export S3_BUCKET=acme-images", "acme-images"),
        ("S3_BUCKET", 'REGION=eu-west-1\nS3_BUCKET="acme-images"\n', "acme-images"),
        ("S3_KEY", "s3://acme-images/edge/one", "edge/one"),
        ("S3_KEY", "s3://acme-images", "s3://acme-images"),
        ("REGION", "eu-west-1a", "eu-west-1"),
        ("REGION", "export AWS_REGION=eu-west-1\n", "eu-west-1"),
        ("REGION", "AWS_DEFAULT_REGION='eu-west-1'", "eu-west-1"),
        ("REGION", "region = eu-west-1", "eu-west-1"),
        ("REGION", "us-gov-west-1b\n", "us-gov-west-1"),
        ("REGION", "https://s3.console.aws.amazon.com/s3/buckets/x?region=ap-south-1&tab=objects", "ap-south-1"),
        ("REGION", "https://eu-west-1.console.aws.amazon.com/ec2/home", "eu-west-1"),
        ("REGION", "eu-west-1", "eu-west-1"),
        ("IMAGE_REGISTRY", "https://registry.acme.com/team/", "registry.acme.com/team"),
        ("IMAGE_REGISTRY", "acme team", "acme team"),
        ("CUSTOM_TAG", "export CUSTOM_TAG='edge-1'", "edge-1"),
        ("OS_VERSION", "24.04\r\n", "24.04"),
        ("HTTPS_PROXY", "http://proxy:3128", "http://proxy:3128"),
        ("CUSTOM_TAG", "", ""),
        ("palette", "Palette v4.9.48\n", "4.9.48"),
        ("palette", "palette: 4.9.48", "4.9.48"),
        ("palette", "Version 4.9.48-20260820 (build 7)", "4.9.48"),
        ("palette", "4.9.48 or 4.9.46", "4.9.48 or 4.9.46"),
        ("palette", "latest", "latest"),
    ],
)
def test_the_value_is_taken_out_of_what_stands_around_it(key: str, text: str, value: str) -> None:
    assert value_in(key, text) == value


@pytest.mark.parametrize(
    "text",
    [
        f"export AWS_ACCESS_KEY_ID={ID}\nexport AWS_SECRET_ACCESS_KEY={SECRET}\n",
        f'AWS_SECRET_ACCESS_KEY="{SECRET}"\nAWS_ACCESS_KEY_ID="{ID}"',
        f"[default]\naws_access_key_id = {ID}\naws_secret_access_key = {SECRET}\n",
        f"Access key ID,Secret access key\n{ID},{SECRET}\n",
        f"{ID}\t{SECRET}",
    ],
)
def test_a_pair_of_keys_is_taken_whole(text: str) -> None:
    assert keys_in(text) == PastedKeys(ID, Secret(SECRET), Secret(""))


@pytest.mark.parametrize("expires", ["", "2026-11-27T20:00:00Z"])
@pytest.mark.parametrize(
    "form",
    [
        "export AWS_ACCESS_KEY_ID={id}\nexport AWS_SECRET_ACCESS_KEY={secret}\nexport AWS_SESSION_TOKEN={token}\n{export}",
        'AWS_SESSION_TOKEN="{token}"\r\nAWS_SECRET_ACCESS_KEY="{secret}"\r\n{export}AWS_ACCESS_KEY_ID="{id}"\r\n',
        "[default]\naws_access_key_id = {id}\naws_secret_access_key = {secret}\naws_session_token = {token}\n{export}",
        '{{"Credentials": {{"AccessKeyId": "{id}", "SecretAccessKey": "{secret}",\n "SessionToken": "{token}"{json}}}}}',
    ],
    ids=["export", "quoted", "profile", "json"],
)
def test_temporary_keys_are_taken_with_their_token(form: str, expires: str) -> None:
    temporary = ID.replace("AKIA", "ASIA")
    export = f"export AWS_CREDENTIAL_EXPIRATION={expires}\n" if expires else ""
    json = f', "Expiration": "{expires}"' if expires else ""
    text = form.format(id=temporary, secret=SECRET, token=TOKEN, export=export, json=json)
    assert keys_in(text) == PastedKeys(temporary, Secret(SECRET), Secret(TOKEN), expires)


@pytest.mark.parametrize("text", [ID, SECRET, "", "two words", f"AWS_ACCESS_KEY_ID={ID}", "a=b"])
def test_half_a_pair_is_none(text: str) -> None:
    assert keys_in(text) is None
