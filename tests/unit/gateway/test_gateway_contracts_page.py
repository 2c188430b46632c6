"""The contract of the events as a page and as files."""

import re
from typing import Any

import httpx2
from google.protobuf.descriptor_pb2 import FileDescriptorSet
from harness.gateway import Gateway

from libs.contracts.asyncapi import document


def page_of(gateway: Gateway) -> str:
    answer: httpx2.Response = gateway.client.get("/contracts")
    assert answer.status_code == 200
    return str(answer.text)


def test_the_page_tells_every_topic_message_and_field(gateway: Gateway) -> None:
    text, told = page_of(gateway), document()
    for channel in told["channels"].values():
        assert channel["address"] in text
    for name, schema in told["components"]["schemas"].items():
        assert f'id="{name}"' in text
        for field in schema.get("properties", {}):
            assert f"<code>{field}</code>" in text


def test_the_page_asks_nobody_else_and_runs_nothing(gateway: Gateway) -> None:
    text = page_of(gateway)
    links = re.findall(r'(?:src|href)="([^"]*)"', text)
    assert all(link.startswith(("/", "#")) for link in links)
    for link in {link for link in links if link.startswith("#")} - {"#main"}:
        assert f'id="{link[1:]}"' in text, link
    assert not re.search(r"<script(?! src=)| style=| on[a-z]+=", text)


def test_the_document_and_the_descriptors_are_handed_out(gateway: Gateway) -> None:
    told: Any = gateway.client.get("/contracts/asyncapi.json").json()
    assert told == document()
    answer = gateway.client.get("/contracts/kring.binpb")
    files = {file.name for file in FileDescriptorSet.FromString(answer.content).file}
    assert "kring/events/v1/inbox.proto" in files


def test_every_other_page_leads_to_it(gateway: Gateway) -> None:
    assert 'href="/contracts"' in gateway.client.get("/signin").text
