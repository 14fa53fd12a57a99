"""The calls after success to our own stand-in and to moto, as far as moto knows them: copies, tags, permissions."""

from __future__ import annotations

from canvos_tui.adapters.aws.boto import BotoDoor
from canvos_tui.adapters.aws.clients import Patience
from canvos_tui.core.aws.facts import COPY_TAG
from tests.adapters.aws.test_aws_contract import KEYS, REGION, World
from tests.adapters.aws.test_aws_contract import moto as moto
from tests.adapters.aws.test_aws_contract import world as world
from tests.waiting import answered

THERE = "eu-west-1"


async def source(world: World) -> tuple[str, str]:
    world.client("s3").put_object(Bucket="acme-images", Key="edge/2026.raw", Body=b"r" * 1000)
    task = world.import_disk()
    aws = await world.aws()

    async def snapshot() -> str:
        return next((t.snapshot for t in await aws.import_tasks() if t.task_id == task), "")

    made = world.register(await answered(snapshot), "edge")

    async def ready() -> bool:
        image = await aws.image(made)
        return image is not None and image.state == "available"

    await answered(ready)
    image = await aws.image(made)
    assert image is not None
    return made, image.root_snapshot


async def test_a_copy_is_found_by_its_tag_in_its_region_alone(world, request):
    door = BotoDoor({"AWS_ENDPOINT_URL": world.endpoint}, Patience(2, 10, 1))
    made, _ = await source(world)
    there, here = await door.open_publish(KEYS, THERE), await door.open_publish(KEYS, REGION)
    copy = await there.copy_image(REGION, made, "edge", "t" * 64)
    if request.node.callspec.params["world"] == "moto":  # it copies, and drops the tags that CopyImage names
        world.client("ec2", THERE).create_tags(Resources=[copy], Tags=[{"Key": COPY_TAG, "Value": f"{REGION}/{made}"}])
    assert [image.image_id for image in await there.copies_of(f"{REGION}/{made}")] == [copy]
    assert await here.copies_of(f"{REGION}/{made}") == ()
    assert await there.copies_of(f"{REGION}/ami-0aaaaaaaaaaaaaaaa") == ()


async def test_permissions_are_read_back_as_they_were_given(world):
    door = BotoDoor({"AWS_ENDPOINT_URL": world.endpoint}, Patience(2, 10, 1))
    made, _ = await source(world)
    here = await door.open_publish(KEYS, REGION)
    assert await here.shared_with(made) == ()
    for _ in range(2):
        await here.share_image(made, ("999999999999",), ())
    assert await here.shared_with(made) == ("999999999999",)
