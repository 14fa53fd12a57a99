from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from canvos_tui.core.answers.beginning import fresh
from canvos_tui.core.answers.draft import Draft, FieldAnswered, FieldRefused, KeysGiven, ReuseAllowed, RouteChosen
from canvos_tui.core.answers.routes import Route
from canvos_tui.core.aws.facts import AwsKeys, Bucket, Encryption, Image, ImportTask, RegionFacts, Right, RightProbe, RoleFacts, S3Object
from canvos_tui.core.aws.keys import KeySource
from canvos_tui.core.aws.snapshot_settings import KeyFacts
from canvos_tui.core.aws.vmimport_role import role_document, trust_document
from canvos_tui.core.checks.aws import questions as questions
from canvos_tui.core.checks.aws.account import CHECK_OF
from canvos_tui.core.checks.aws.questions import OTHER_ROUTE
from canvos_tui.core.checks.check import Context, Method
from canvos_tui.core.errors import AwsError
from canvos_tui.core.secret import Secret
from canvos_tui.core.status import Status
from tests.doubles.check_world import BUCKET, EDGE, KEYS, NOW, World, answered

RIGHTS = {
    "AWS-S3-PUT": "s3:PutObject",
    "AWS-S3-GET": "s3:GetObject",
    "AWS-S3-LIST": "s3:ListBucket",
    "AWS-EC2-IMPORT": "ec2:ImportSnapshot",
    "AWS-EC2-DESC-TASKS": "ec2:DescribeImportSnapshotTasks",
    "AWS-EC2-DESC-SNAPS": "ec2:DescribeSnapshots",
    "AWS-EC2-REGISTER": "ec2:RegisterImage",
    "AWS-EC2-DESC-IMAGES": "ec2:DescribeImages",
    "AWS-EC2-TAGS": "ec2:CreateTags",
}


def aws_of(results) -> dict[str, Status]:
    return {name: r.status for name, r in results.items() if name.startswith("AWS-")}


async def test_everything_is_allowed_and_each_question_is_put_once(tmp_path):
    world = World(tmp_path)
    results = await world.results(answered())
    assert set(aws_of(results).values()) == {Status.PASS}
    assert {world.asked[q] for q in ("open", "identity", "rights", "images")} == {1}
    assert results["AWS-CREDS"].answer.observed == "account 123456789012, user/edge"
    assert results["AWS-REGION"].answer.observed == "EC2 answers in eu-west-1"
    assert results["AWS-S3-PUT"].answer.method is Method.DRY_RUN
    assert results["AWS-S3-LIST"].answer.method is Method.VERIFIED


async def test_without_keys_and_bucket_all_but_the_name_wait_for_their_screens(tmp_path):
    world = World(tmp_path)
    results = await world.results(fresh())
    waiting = {r.answer.observed for n, r in results.items() if n.startswith("AWS-") and n != "AWS-AMI-NAME"}
    assert waiting == {"waits for the AWS keys"}
    assert not world.asked["open"]
    keys_only = await world.results(fresh().after(KeysGiven(KEYS, KeySource.TYPED)))
    assert keys_only["AWS-CREDS"].status is Status.PASS  # whose keys they are can be asked anywhere
    assert keys_only["AWS-S3-PUT"].answer.observed == "waits for REGION and S3_BUCKET"


@pytest.mark.parametrize(
    ("empty", "keys", "waits_for"),
    [
        (("REGION",), True, "REGION"),
        (("REGION", "S3_BUCKET"), True, "REGION and S3_BUCKET"),
        (("S3_BUCKET",), False, "S3_BUCKET and the AWS keys"),
        ((), False, "the AWS keys"),
        ((), True, None),
    ],
)
def test_what_waits_names_only_what_is_missing(tmp_path, empty, keys, waits_for):
    draft = answered()
    draft = draft if keys else replace(draft, keys=None)
    draft = replace(draft, entries={name: entry for name, entry in draft.entries.items() if name not in empty})
    wait = questions.missing(Context(World(tmp_path).ports(), draft), "keys", "REGION", "S3_BUCKET", "S3_KEY")
    assert (wait.words if wait else None) == waits_for


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("InvalidClientTokenId", Status.FAIL),
        ("SignatureDoesNotMatch", Status.FAIL),
        ("clock-skew", Status.FAIL),
        ("ExpiredToken", Status.FAIL),
        ("unreachable", Status.UNKNOWN),
        ("timeout", Status.UNKNOWN),
        ("proxy", Status.UNKNOWN),
        ("tls", Status.UNKNOWN),
        ("Throttling", Status.UNKNOWN),
    ],
)
async def test_keys_that_aws_refuses_are_one_failure(tmp_path, code, status):
    error = AwsError("said in a sentence", code=code, remedy="do this", request_id="req-1", status=403)
    results = await World(tmp_path, identity=error).results(answered())
    row = results["AWS-CREDS"]
    assert (row.status, row.answer.observed, row.answer.remedies[0].text) == (status, "said in a sentence", "do this")
    others = {n: s for n, s in aws_of(results).items() if n not in {"AWS-CREDS", "AWS-KEYTYPE", "AWS-AMI-NAME"}}
    assert set(others.values()) == {Status.SKIP}


async def test_a_clock_that_is_off_is_a_warning_before_aws_refuses(tmp_path):
    result = await World(tmp_path, identity=replace(EDGE, clock_skew=-290.0)).one("AWS-CREDS", answered())
    assert result.status is Status.WARN
    assert result.answer.observed.endswith("this clock is 5 min behind")
    assert result.answer.remedies[0].commands[0].root


async def test_the_kind_of_key(tmp_path):
    temporary = AwsKeys("ASIAIOSFODNN7EXAMPLE", Secret("k" * 40), Secret("t" * 40))
    short = await World(tmp_path).one("AWS-KEYTYPE", answered().after(KeysGiven(temporary, KeySource.TYPED)))
    assert (short.status, short.answer.observed) == (Status.FAIL, "...MPLE is temporary: the build passes no session token")
    odd = AwsKeys("EXAMPLEKEY1234567890", Secret("k" * 40))
    assert (await World(tmp_path).one("AWS-KEYTYPE", answered().after(KeysGiven(odd, KeySource.TYPED)))).status is Status.WARN
    assert (await World(tmp_path).one("AWS-KEYTYPE", answered())).answer.observed == "...MPLE of .secret is long-lived"


@pytest.mark.parametrize(
    ("bucket", "name", "status", "observed"),
    [
        (Bucket("acme-images", False), "AWS-BUCKET", Status.FAIL, "there is no bucket acme-images"),
        (Bucket("acme-images", None), "AWS-BUCKET", Status.UNKNOWN, "acme-images: nobody answered"),
        (
            Bucket("acme-images", True, "eu-west-1", False),
            "AWS-BUCKET",
            Status.WARN,
            "acme-images exists, but these keys may not look at it: it is another account's, or the permission is missing",
        ),
        (BUCKET, "AWS-BUCKET", Status.PASS, "acme-images exists"),
        (AwsError("no route", code="unreachable"), "AWS-BUCKET", Status.UNKNOWN, "no route"),
        (Bucket("acme-images", True, "us-east-1", True), "AWS-BUCKET-REGION", Status.FAIL, "acme-images is in us-east-1"),
        (
            Bucket("acme-images", True, None, True),
            "AWS-BUCKET-REGION",
            Status.UNKNOWN,
            "the region of acme-images was not told",
        ),
        (BUCKET, "AWS-BUCKET-REGION", Status.PASS, "acme-images is in eu-west-1"),
    ],
)
async def test_the_bucket_and_its_region(tmp_path, bucket, name, status, observed):
    result = await World(tmp_path, bucket=bucket).one(name, answered())
    assert (result.status, result.answer.observed) == (status, observed)


async def test_fixes_hold_the_real_bucket_and_region(tmp_path):
    missing = await World(tmp_path, bucket=Bucket("acme-images", False)).one("AWS-BUCKET", answered())
    assert missing.answer.remedies[0].commands[0].run == "aws s3 mb s3://acme-images --region eu-west-1"
    elsewhere = await World(tmp_path, bucket=replace(BUCKET, region="us-east-1")).one("AWS-BUCKET-REGION", answered())
    assert "REGION=us-east-1" in elsewhere.answer.remedies[0].text


async def test_a_region_that_is_switched_off_or_silent_or_none(tmp_path):
    off = RightProbe("ec2:DescribeImages", Right.UNKNOWN, "verified", "OptInRequired", "not subscribed")
    result = await World(tmp_path, probes={off.action: off}).one("AWS-REGION", answered())
    assert (result.status, result.answer.observed) == (
        Status.FAIL,
        "eu-west-1 is not enabled for the account: STS knows the keys, EC2 there says not subscribed",
    )
    silent = {a: RightProbe(a, Right.UNKNOWN, "verified", "unreachable", "no route") for a in RIGHTS.values() if a.startswith("ec2")}
    result = await World(tmp_path, probes=silent).one("AWS-REGION", answered())
    assert (result.status, result.answer.observed) == (Status.UNKNOWN, "EC2 of eu-west-1: no route")
    refused = answered().after(FieldRefused("REGION", "eu-west-1a", "`eu-west-1a` is no region's name"))
    bad = await World(tmp_path).one("AWS-REGION", refused)
    assert (bad.status, bad.answer.observed) == (Status.FAIL, "REGION `eu-west-1a`: `eu-west-1a` is no region's name")


@pytest.mark.parametrize(("name", "action"), RIGHTS.items())
async def test_a_denied_right_names_the_policy_with_real_values(tmp_path, name, action):
    denied = RightProbe(action, Right.DENIED, "dry_run", "UnauthorizedOperation", "You are not authorized")
    result = await World(tmp_path, probes={action: denied}).one(name, answered())
    assert (result.status, result.answer.observed) == (Status.FAIL, "denied (UnauthorizedOperation You are not authorized)")
    command = result.answer.remedies[0].commands[0].run
    assert command.startswith("aws iam put-user-policy --user-name edge ")
    assert f'"Action": "{action}"' in command
    expected = (
        '"*"' if action.startswith("ec2") else '"arn:aws:s3:::acme-images"' if action == "s3:ListBucket" else '"arn:aws:s3:::acme-images/*"'
    )
    assert f'"Resource": {expected}' in command


@pytest.mark.parametrize(("name", "action"), [("AWS-S3-PUT", "s3:PutObject"), ("AWS-EC2-TAGS", "ec2:CreateTags")])
async def test_a_right_that_was_not_observed_is_never_a_pass(tmp_path, name, action):
    unknown = RightProbe(action, Right.UNKNOWN, "not_verifiable", "", "AWS refused another one first")
    result = await World(tmp_path, probes={action: unknown}).one(name, answered())
    assert (result.status, result.answer.observed) == (Status.UNKNOWN, "not known: AWS refused another one first")
    assert result.answer.method is Method.NOT_VERIFIABLE


@pytest.mark.parametrize(
    ("action", "status"), [("ec2:CreateTags", Status.WARN), ("ec2:RegisterImage", Status.WARN), ("s3:PutObject", Status.UNKNOWN)]
)
async def test_what_nobody_can_know_before_the_run_is_an_answer(tmp_path, action, status):
    """A refusal that may hang on the tags of what is not there yet; for the right to upload there are other ways to find out."""
    name = next(check for right, check in CHECK_OF.items() if right == action)
    refused = RightProbe(action, Right.UNKNOWN, "not_verifiable", "UnauthorizedOperation", "a policy may ask for a tag")
    result = await World(tmp_path, probes={action: refused}).one(name, answered())
    assert (result.status, result.answer.method) == (status, Method.NOT_VERIFIABLE)
    word = "not verifiable" if status is Status.WARN else "not known"
    assert result.answer.observed == f"{word}: UnauthorizedOperation a policy may ask for a tag"
    assert result.answer.remedies


async def test_a_role_s_keys_have_no_user_to_give_the_policy_to(tmp_path):
    denied = RightProbe("s3:PutObject", Right.DENIED, "dry_run", "AccessDenied")
    who = replace(EDGE, arn="arn:aws-us-gov:sts::123456789012:assumed-role/builder/me")
    result = await World(tmp_path, probes={"s3:PutObject": denied}, identity=who).one("AWS-S3-PUT", answered())
    assert result.answer.remedies[0].commands == ()
    assert "assumed-role/builder/me" in result.answer.remedies[0].text
    assert "arn:aws-us-gov:s3:::acme-images/*" in result.answer.remedies[0].text


@pytest.mark.parametrize(
    ("probe", "status", "observed"),
    [
        (RightProbe("vmimport", Right.ALLOWED, "verified"), Status.PASS, "exists"),
        (
            RightProbe("vmimport", Right.DENIED, "verified", "NoSuchEntity", "The role cannot be found"),
            Status.FAIL,
            "The role cannot be found",
        ),
        (RightProbe("vmimport", Right.UNKNOWN, "not_verifiable", "AccessDenied"), Status.WARN, "not known: AccessDenied"),
        (RightProbe("vmimport", Right.UNKNOWN, "verified", "timeout", "no answer"), Status.UNKNOWN, "not known: timeout no answer"),
    ],
)
async def test_the_service_role(tmp_path, probe, status, observed):
    result = await World(tmp_path, probes={"vmimport": probe}).one("AWS-ROLE-VMIMPORT", answered())
    assert (result.status, result.answer.observed) == (status, observed)
    if status in {Status.FAIL, Status.WARN}:
        words = [[c.run.split()[2] for c in fix.commands] for fix in result.answer.remedies if fix != OTHER_ROUTE]
        assert (OTHER_ROUTE in result.answer.remedies) == (status is Status.FAIL)
        make = ["create-role", "put-role-policy"]
        # who may not look does not know whether it is there: `create-role` for a role that exists fails, and changes no trust
        assert words == ([make] if status is Status.FAIL else [["get-role"], make, ["update-assume-role-policy", "put-role-policy"]])
        assert all("acme-images" in c.run for fix in result.answer.remedies for c in fix.commands if "put-role-policy" in c.run)


async def test_a_misspelt_region_is_told_from_one_that_is_out_of_reach(tmp_path):
    silent = {a: RightProbe(a, Right.UNKNOWN, "verified", "unreachable", "no route") for a in RIGHTS.values() if a.startswith("ec2")}
    typo = RegionFacts("eu-wset-1", known=False, near=("eu-west-1", "eu-west-2"))
    result = await World(tmp_path, probes=silent, region=typo).one("AWS-REGION", answered(REGION="eu-wset-1"))
    assert result.status is Status.FAIL
    assert result.answer.observed.startswith("there seems to be no region eu-wset-1")
    assert "REGION=eu-west-1" in result.answer.remedies[0].text


async def test_keys_of_another_partition(tmp_path):
    who = replace(EDGE, arn="arn:aws-cn:iam::123456789012:user/edge")
    result = await World(tmp_path, identity=who).one("AWS-REGION", answered())
    assert (result.status, result.answer.observed) == (
        Status.FAIL,
        "these keys belong to the partition aws-cn, eu-west-1 is in aws",
    )


async def test_texts_in_the_files_that_cannot_be_a_region_or_a_bucket(tmp_path):
    results = await World(tmp_path).results(answered(REGION="eu-west-1a", S3_BUCKET="Acme_Images"))
    assert results["AWS-REGION"].status is Status.FAIL
    assert "that is a zone, try eu-west-1" in results["AWS-REGION"].answer.observed
    assert results["AWS-BUCKET"].status is Status.FAIL
    assert "not allowed in a bucket's name" in results["AWS-BUCKET"].answer.observed
    assert results["AWS-CREDS"].status is Status.PASS


async def test_root_keys_are_a_warning(tmp_path):
    result = await World(tmp_path, identity=replace(EDGE, arn="arn:aws:iam::123456789012:root")).one("AWS-CREDS", answered())
    assert result.status is Status.WARN
    assert "root user" in result.answer.observed


@pytest.mark.parametrize(
    ("bucket", "words"),
    [
        (replace(BUCKET, foreign=True), "belongs to another account"),
        (Bucket("acme-images", True, "us-east-1", False), "exists in us-east-1: what these keys may do there was not asked"),
        (Bucket("acme.images", True, "eu-west-1", True, False), "has dots in its name"),
    ],
)
async def test_a_bucket_that_is_not_quite_right(tmp_path, bucket, words):
    result = await World(tmp_path, bucket=bucket).one("AWS-BUCKET", answered())
    assert (result.status, words in result.answer.observed, bool(result.answer.remedies)) == (Status.WARN, True, True)


KMS = "arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"


@pytest.mark.parametrize(
    ("found", "role", "status", "words"),
    [
        (Encryption(bucket_kms=False, ebs=False), RoleFacts(True), Status.PASS, "bucket: no KMS key; EBS encryption by default: off"),
        (Encryption(bucket_kms=True, ebs=True, ebs_key="alias/aws/ebs"), RoleFacts(True), Status.PASS, "bucket: AWS' own KMS key"),
        (Encryption(True, KMS, False), RoleFacts(True, trust_document(), ()), Status.WARN, "vmimport may not use the key"),
        (Encryption(True, KMS, False), RoleFacts(False), Status.WARN, "vmimport may not use the key"),
        (Encryption(False, "", True, KMS), RoleFacts(True, None, (), ("denied",)), Status.WARN, "was not seen"),
        (
            Encryption(True, KMS, False),
            RoleFacts(True, trust_document(), (role_document("acme-images", "aws", (KMS,)),)),
            Status.PASS,
            "the policies of vmimport allow the key",
        ),
        (
            Encryption(None, "", False, "", ("s3:GetEncryptionConfiguration is not allowed (AccessDenied)",)),
            RoleFacts(True),
            Status.UNKNOWN,
            "s3:GetEncryptionConfiguration is not allowed",
        ),
    ],
)
async def test_default_encryption(tmp_path, found, role, status, words):
    results = await World(tmp_path, encryption=found, role=role).results(answered())
    row = results["AWS-ENCRYPTION"]
    assert (row.status, words in row.answer.observed) == (status, True), row.answer.observed
    if status is Status.WARN:
        assert KMS in row.answer.remedies[0].commands[0].run
        assert "kms:CreateGrant" in row.answer.remedies[0].commands[0].run


@pytest.mark.parametrize(
    ("found", "status", "words"),
    [
        (Encryption(None, "", False), Status.PASS, "EBS encryption by default: off"),
        (Encryption(None, "", True), Status.PASS, "encrypted with AWS' own KMS key, and cannot be shared"),
        (Encryption(None, "", True, KMS), Status.WARN, "whether these keys may use it was not asked"),
        (
            Encryption(None, "", None, "", ("ec2:GetEbsEncryptionByDefault is not allowed (x)",), ("ec2:GetEbsEncryptionByDefault",)),
            Status.UNKNOWN,
            "ec2:GetEbsEncryptionByDefault is not allowed",
        ),
    ],
)
async def test_default_encryption_of_a_snapshot_that_we_write(tmp_path, found, status, words):
    results = await World(tmp_path, encryption=found).results(answered().after(RouteChosen(Route.DIRECT)))
    row = results["AWS-ENCRYPTION"]
    assert (row.status, words in row.answer.observed) == (status, True), row.answer.observed
    assert "vmimport" not in row.answer.observed + row.answer.required
    if status is Status.WARN:
        assert row.answer.method is Method.NOT_VERIFIABLE, "what was not asked is not verified"
        assert "kms:CreateGrant" in row.answer.remedies[0].text
        assert KMS in row.answer.remedies[0].commands[0].run


TWO_STAGE, DIRECT = answered().after(RouteChosen(Route.TWO_STAGE)), answered().after(RouteChosen(Route.DIRECT))
SEALS = RoleFacts(True, trust_document(), (role_document("acme-images", "aws", (KMS,)),))
NO_KEY = "ec2:GetEbsDefaultKmsKeyId is not allowed (x)"


def with_key(draft: Draft, text: str, role: str = "") -> Draft:
    return draft.after(FieldAnswered("encryption", text)).after(FieldAnswered("import_role", role))


@pytest.mark.parametrize(
    ("draft", "found", "role", "status", "words"),
    [
        (
            with_key(TWO_STAGE, KMS),
            Encryption(False, "", False),
            SEALS,
            Status.PASS,
            f"encrypted with {KMS}; the policies of vmimport allow",
        ),
        (
            with_key(TWO_STAGE, KMS),
            Encryption(False, "", False),
            RoleFacts(True, trust_document()),
            Status.WARN,
            "vmimport may not use the key",
        ),
        (
            with_key(TWO_STAGE, KMS, "canvos-import"),
            Encryption(False, "", False),
            SEALS,
            Status.PASS,
            "the policies of canvos-import allow",
        ),
        (
            with_key(TWO_STAGE, "yes"),
            Encryption(False, "", False, "alias/aws/ebs"),
            SEALS,
            Status.PASS,
            "AWS' own KMS key, and cannot be shared",
        ),
        (with_key(TWO_STAGE, "yes"), Encryption(False, "", False, KMS), SEALS, Status.PASS, f"encrypted with {KMS}"),
        (with_key(TWO_STAGE, "yes"), Encryption(False, "", False, "", (NO_KEY,), ()), SEALS, Status.UNKNOWN, NO_KEY),
        (with_key(DIRECT, KMS), Encryption(None, "", False), SEALS, Status.WARN, f"encrypted with {KMS}; whether these keys may use it"),
        (
            with_key(DIRECT, "yes"),
            Encryption(None, "", False, "alias/aws/ebs"),
            SEALS,
            Status.PASS,
            "AWS' own KMS key, and cannot be shared",
        ),
        (with_key(DIRECT, "yes"), Encryption(None, "", False, KMS), SEALS, Status.WARN, f"encrypted with {KMS}"),
        (with_key(DIRECT, "yes"), Encryption(None, "", False, "", (NO_KEY,), ()), SEALS, Status.UNKNOWN, NO_KEY),
        (
            DIRECT,
            Encryption(None, "", True, "", (NO_KEY,), ()),
            SEALS,
            Status.UNKNOWN,
            NO_KEY,
        ),  # on by default, with a key that nobody told
    ],
)
async def test_what_the_snapshot_will_be_encrypted_with(tmp_path, draft, found, role, status, words):
    world = World(tmp_path, encryption=found, role=role)
    row = (await world.results(draft))["AWS-ENCRYPTION"]
    assert (row.status, words in row.answer.observed) == (status, True), row.answer.observed
    if status is Status.WARN and draft.route is Route.TWO_STAGE:
        assert KMS in row.answer.remedies[0].commands[0].run
    if status is Status.WARN and draft.route is Route.DIRECT:
        assert "kms:GenerateDataKey, kms:GenerateDataKeyWithoutPlaintext" in row.answer.remedies[0].text


@pytest.mark.parametrize(
    ("draft", "facts", "status", "words", "command"),
    [
        (TWO_STAGE, KeyFacts(exists=False), Status.PASS, "no KMS key was chosen", ""),
        (with_key(TWO_STAGE, "yes"), KeyFacts(exists=False), Status.PASS, "no KMS key was chosen", ""),
        (with_key(TWO_STAGE, "alias/edge"), KeyFacts(True, KMS, "Enabled"), Status.PASS, f"{KMS} is enabled", ""),
        (
            with_key(DIRECT, KMS),
            KeyFacts(True, KMS, "Disabled"),
            Status.FAIL,
            "in state Disabled",
            f"aws kms enable-key --key-id {KMS[-36:]} --region eu-west-1",
        ),
        (
            with_key(DIRECT, KMS),
            KeyFacts(True, KMS, "PendingDeletion"),
            Status.FAIL,
            "in state PendingDeletion",
            f"aws kms cancel-key-deletion --key-id {KMS[-36:]}",
        ),
        (with_key(TWO_STAGE, KMS), KeyFacts(True, KMS, "Creating"), Status.FAIL, "in state Creating", "describe-key"),
        (with_key(TWO_STAGE, KMS), KeyFacts(True, KMS, "Enabled", symmetric=False), Status.FAIL, "EBS takes no other", "list-aliases"),
        (with_key(TWO_STAGE, "alias/edge"), KeyFacts(exists=False), Status.FAIL, "no KMS key alias/edge in eu-west-1", "describe-key"),
        (
            with_key(TWO_STAGE, KMS),
            KeyFacts(exists=True, unseen="kms:DescribeKey is not allowed (x)"),
            Status.WARN,
            "not verifiable",
            "describe-key",
        ),
        (with_key(TWO_STAGE, KMS.replace("west", "east")), KeyFacts(True), Status.FAIL, "the key is in eu-east-1", ""),
        (with_key(DIRECT, "alias/edge"), KeyFacts(True), Status.FAIL, "takes a key by its ARN alone", ""),
        (with_key(TWO_STAGE, KMS), AwsError("no route", code="unreachable"), Status.UNKNOWN, "no route", ""),
    ],
)
async def test_the_key_that_was_chosen(tmp_path, draft, facts, status, words, command):
    row = await World(tmp_path, kms_key=facts).one("AWS-KMS-KEY", draft)
    assert (row.status, words in row.answer.observed) == (status, True), row.answer.observed
    commands = [one.run for remedy in row.answer.remedies for one in remedy.commands]
    assert any(command in one for one in commands) if command else True, commands
    assert bool(row.answer.remedies) is (status in {Status.FAIL, Status.WARN})


@pytest.mark.parametrize(
    ("facts", "status", "words"),
    [
        (KeyFacts(True, KMS, "Enabled"), Status.PASS, "alias/edge; the policies of vmimport allow the key"),
        (KeyFacts(True, f"{KMS}0", "Enabled"), Status.WARN, "vmimport may not use the key"),
        (KeyFacts(exists=True, unseen="kms:DescribeKey is not allowed (x)"), Status.WARN, "whether vmimport may use the key was not seen"),
        (AwsError("no route", code="unreachable"), Status.WARN, "whether vmimport may use the key was not seen"),
    ],
)
async def test_of_an_alias_is_said_what_was_seen_of_its_key(tmp_path, facts, status, words):
    world = World(tmp_path, encryption=Encryption(False, "", False), role=SEALS, kms_key=facts)
    row = await world.one("AWS-ENCRYPTION", with_key(TWO_STAGE, "alias/edge"))
    assert (row.status, words in row.answer.observed) == (status, True), row.answer.observed
    assert (row.answer.method is Method.NOT_VERIFIABLE) is ("was not seen" in words)


async def test_the_guides_route_asks_for_no_key_and_for_the_scripts_role(tmp_path):
    world = World(tmp_path)
    results = await world.results(with_key(answered(), KMS, "canvos-import"))
    assert "AWS-KMS-KEY" not in results
    assert world.asked[f"key {KMS}"] == 0
    assert world.asked["role canvos-import"] == 0


def task(number: int, key: str = "other", status: str = "active") -> ImportTask:
    return ImportTask(f"import-snap-{number}", status, 40, bucket="acme-images", key=key)


@pytest.mark.parametrize(
    ("tasks", "status", "words"),
    [
        ((), Status.PASS, "no import tasks under way"),
        ((task(1), task(2, "edge-1", "completed"), task(3, "edge-1", "deleted")), Status.PASS, "1 import task under way"),
        (tuple(task(n) for n in range(5)), Status.WARN, "5 import tasks are under way, the usual limit is 5"),
        ((task(1, "edge-1"),), Status.FAIL, "import-snap-1 (active 40 %) imports s3://acme-images/edge-1 already"),
        (AwsError("no route", code="unreachable"), Status.UNKNOWN, "no route"),
    ],
)
async def test_imports_that_are_under_way(tmp_path, tasks, status, words):
    result = await World(tmp_path, tasks=tasks).one("AWS-IMPORT-TASKS", answered())
    assert (result.status, words in result.answer.observed) == (status, True), result.answer.observed


@pytest.mark.parametrize(
    ("left", "upload", "words", "command"),
    [
        ("canvos-tui-probe-1", "", "canvos-tui-probe-1", "aws s3 rm s3://acme-images/canvos-tui-probe-1"),
        ("probe", "U1", "upload U1 probe", "aws s3api abort-multipart-upload --bucket acme-images --key probe --upload-id U1"),
    ],
)
async def test_a_question_that_left_something_behind_says_what_and_how_to_remove_it(tmp_path, left, upload, words, command):
    probe = RightProbe("s3:PutObject", Right.ALLOWED, "verified", message="it was written", left=left, left_upload=upload)
    result = await World(tmp_path, probes={"s3:PutObject": probe}).one("AWS-S3-PUT", answered())
    assert result.status is Status.WARN
    assert f"{words} stays in acme-images" in result.answer.observed
    assert result.answer.remedies[0].commands[0].run == command


async def test_answers_come_one_by_one_and_a_hung_group_holds_up_only_itself(tmp_path):
    world, release = World(tmp_path), asyncio.Event()
    ports = world.ports()
    real = await ports.aws.open(KEYS, "eu-west-1")

    async def rights(bucket, key, report, making):
        report(RightProbe("s3:ListBucket", Right.DENIED, "verified", "AccessDenied"))
        await release.wait()
        return ()

    real.rights = rights  # type: ignore[method-assign]

    async def door(keys, region):
        return real

    ports.aws.open = door  # type: ignore[method-assign]
    context = Context(ports, answered())
    assert (await (await questions.rights(context)).one("s3:ListBucket")).right is Right.DENIED
    assert list((await questions.rights(context)).so_far()) == ["s3:ListBucket"]
    assert not questions.found(context).complete
    release.set()
    assert (await (await questions.rights(context)).one("s3:PutObject")).message == "it was not asked"


async def test_rights_that_cannot_be_asked_at_all(tmp_path):
    world = World(tmp_path, rights_error=AwsError("no route", code="unreachable"))
    results = await world.results(answered())
    assert results["AWS-S3-PUT"].status is Status.UNKNOWN
    assert results["AWS-REGION"].status is Status.UNKNOWN


def stored(key: str) -> dict[str, S3Object]:
    return {key: S3Object(key, 4_100_000_000, NOW - timedelta(days=3))}


async def test_an_object_of_that_key_or_one_that_starts_with_it(tmp_path):
    taken = await World(tmp_path, objects=stored("edge-1")).one("AWS-KEY-CLASH", answered())
    assert taken.status is Status.FAIL
    assert taken.answer.observed.startswith("s3://acme-images/edge-1 exists (4.1 GB, 3 days ago)")
    assert "S3_KEY=edge-1-20260823-1412" in taken.answer.remedies[0].text
    ours = answered().after(RouteChosen(Route.TWO_STAGE))
    assert (await World(tmp_path, objects=stored("edge-1.raw")).one("AWS-KEY-CLASH", ours)).status is Status.PASS
    never = await World(tmp_path, objects=stored("edge-1")).one("AWS-KEY-CLASH", ours.after(ReuseAllowed("edge-1")))
    assert "nothing is written over it, and it is not imported" in never.answer.observed
    assert never.status is Status.FAIL, "an upload of ours writes over nothing, and takes nothing over"
    near = await World(tmp_path, objects=stored("edge-1.raw")).one("AWS-KEY-CLASH", answered())
    assert (near.status, "starts with this key" in near.answer.observed) == (Status.FAIL, True)
    meant = await World(tmp_path, objects=stored("edge-1")).one("AWS-KEY-CLASH", answered().after(ReuseAllowed("edge-1")))
    assert meant.status is Status.WARN
    assert (await World(tmp_path).one("AWS-KEY-CLASH", answered())).answer.observed == "s3://acme-images/edge-1 is free"


async def test_an_ami_of_that_name_is_never_accepted(tmp_path):
    world = World(tmp_path, images=(Image("ami-1", "edge-1", "available"),))
    results = await world.results(answered().after(ReuseAllowed("edge-1")))
    assert results["AWS-AMI-CLASH"].status is Status.FAIL
    assert "old AMI as the result" in results["AWS-AMI-CLASH"].answer.observed
    assert results["AWS-KEY-CLASH"].status is Status.PASS


async def test_names_that_may_not_be_looked_at_wait_for_the_right(tmp_path):
    denied = RightProbe("s3:ListBucket", Right.DENIED, "verified", "AccessDenied")
    results = await World(tmp_path, probes={"s3:ListBucket": denied}).results(answered())
    assert results["AWS-KEY-CLASH"].answer.observed == "waits for AWS-S3-LIST"
    assert results["AWS-AMI-CLASH"].answer.observed == "waits for AWS-S3-LIST"


async def test_the_key_must_do_as_an_ami_name(tmp_path):
    bad = await World(tmp_path).one("AWS-AMI-NAME", answered(S3_KEY="a b"))
    assert bad.status is Status.FAIL
    assert "a blank is not allowed" in bad.answer.observed
    assert (await World(tmp_path).one("AWS-AMI-NAME", answered())).answer.observed == "edge-1"


@pytest.mark.parametrize("route", Route)
async def test_rights_are_asked_for_with_the_tags_of_the_route(tmp_path, route):
    """CanvOS' script gives a Name alone; a policy that asks for a tag of ours would refuse it."""
    ports = World(tmp_path).ports()
    real, given = await ports.aws.open(KEYS, "eu-west-1"), []

    async def rights(bucket, key, report, making):
        given.append((bucket, key, making is not None))
        return ()

    real.rights = rights  # type: ignore[method-assign]

    async def door(keys, region):
        return real

    ports.aws.open = door  # type: ignore[method-assign]
    await (await questions.rights(Context(ports, answered().after(RouteChosen(route))))).one("ec2:ImportSnapshot")
    assert given == [("" if route is Route.DIRECT else "acme-images", "edge-1", route is not Route.GUIDE)]
