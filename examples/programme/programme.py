"""A whole programme that takes part in Kring with nothing but a Kafka client and the contract.

    python programme.py key.json localhost:9092 stories.jsonl

`key.json` is what Kring answered when a coordinator made the inbox key: it names the topics.
`stories.jsonl` holds one submission a line: {"external_id": "1", "story": {"title": "…"}}
"""

import base64
import hashlib
import hmac
import json
import sys
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from kafka import KafkaConsumer, KafkaProducer, TopicPartition

PATIENCE_SECONDS = 60


def event_of(key: dict[str, str], submission: object) -> tuple[str, bytes]:
    """Return the id and the bytes of a CloudEvent in JSON."""
    event_id = str(uuid.uuid4())
    event = {"specversion": "1.0", "id": event_id, "type": "kring.submission.v1"}
    origin = {"source": "https://programme.example", "programme": key["programme"]}
    return event_id, json.dumps({**event, **origin, "data": submission}).encode()


def headers_of(key: dict[str, str], event_id: str, value: bytes) -> list[tuple[str, bytes]]:
    """Return the headers, with the signature by Standard Webhooks that proves who sends."""
    seconds = str(int(time.time()))
    secret = base64.b64decode(key["secret"].removeprefix("whsec_"))
    signed = hmac.new(secret, f"{event_id}.{seconds}.".encode() + value, hashlib.sha256).digest()
    told = {
        "content-type": "application/cloudevents+json",
        "ce_programme": key["programme"],
        "webhook-id": event_id,
        "webhook-timestamp": seconds,
        "webhook-signature": f"v1,{base64.b64encode(signed).decode()}",
    }
    return [(name, text.encode()) for name, text in told.items()]


def publish(brokers: str, key: dict[str, str], lines: list[str]) -> dict[str, int]:
    """Send every line; return its number by the id of its event."""
    producer = KafkaProducer(bootstrap_servers=brokers, acks="all")
    sent = {}
    for number, line in enumerate(lines, start=1):
        event_id, value = event_of(key, json.loads(line))
        headers = headers_of(key, event_id, value)
        order = key["programme"].encode()  # what has the same key stays in order
        producer.send(key["inbox"], value, order, headers)
        sent[event_id] = number
    producer.close()
    return sent


def read(brokers: str, topic: str, since: float) -> Iterator[dict[str, Any]]:
    """Yield what stands on a topic since a time, in Unix seconds; wait for more, but not for ever.

    0 replays everything that the topic still holds.
    """
    consumer = KafkaConsumer(bootstrap_servers=brokers, consumer_timeout_ms=1000 * PATIENCE_SECONDS)
    slots = [TopicPartition(topic, each) for each in consumer.partitions_for_topic(topic) or ()]
    consumer.assign(slots)
    consumer.seek_to_end()
    starts = consumer.offsets_for_times(dict.fromkeys(slots, int(since * 1000)))
    for slot, start in starts.items():
        if start:
            consumer.seek(slot, start.offset)
    for record in consumer:
        yield json.loads(record.value)


def main(key_file: str, brokers: str, file: str) -> None:
    """Send a file, and print what Kring took over, and what it refused and why."""
    key, begun = json.loads(Path(key_file).read_text()), time.time() - 60
    waiting = publish(brokers, key, Path(file).read_text(encoding="utf-8").splitlines())
    accepted = refused = 0
    for receipt in read(brokers, key["receipts"], begun):
        number = waiting.pop(receipt["submission_id"], 0)
        if number and receipt["verdict"] == "VERDICT_ACCEPTED":
            accepted += 1
        elif number:
            refused += 1
            wrong = "; ".join(f"{each['field']} {each['text']}" for each in receipt["problems"])
            print(f"line {number}: {wrong}. {receipt['advice']}")
        if not waiting:
            break
    print(f"{accepted} accepted, {refused} refused, {len(waiting)} without an answer")


if __name__ == "__main__":
    main(*sys.argv[1:])
