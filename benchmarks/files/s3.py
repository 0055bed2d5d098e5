"""An S3 of our own, by moto, in this process: what AWS_… says leads the servers to it too."""

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4


@contextmanager
def s3() -> Iterator[str]:
    """Start it with a bucket; give the URL as SOLLI_STORAGE_URL wants it."""
    import boto3  # noqa: PLC0415 - the local store needs neither
    from moto.server import ThreadedMotoServer  # noqa: PLC0415

    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    region = "eu-west-3"
    os.environ |= {
        "AWS_ACCESS_KEY_ID": "x",
        "AWS_SECRET_ACCESS_KEY": "y",
        "AWS_REGION": region,
        "AWS_ENDPOINT_URL": f"http://{host}:{port}",
    }
    try:
        client: Any = boto3.client("s3", region_name=region)
        bucket = f"pieces-{uuid4().hex}"
        place = {"LocationConstraint": region}
        client.create_bucket(Bucket=bucket, CreateBucketConfiguration=place)
        yield f"s3://{bucket}/solli"
    finally:
        server.stop()
