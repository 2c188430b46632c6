"""What `helm test` asks: whether every service answers, and a search goes through all of them.

Arguments: the services' address with {service} in it, the public address (may be empty), services.
"""

import json
import os
import sys
import urllib.parse
import urllib.request

template, public, *services = sys.argv[1:]
as_operator = {"Authorization": f"Bearer {os.environ['KRING_OPERATOR_KEY']}"}
if public:
    as_operator["Host"] = urllib.parse.urlsplit(public).netloc


def ask(service, path, headers):
    """Return the JSON of a good answer; anything else ends the test and is told."""
    request = urllib.request.Request(template.replace("{service}", service) + path, headers=headers)
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.load(answer)


for service in services:
    described = ask(service, "/openapi.json", as_operator if service == "gateway" else {})
    print(f"{service}: answers, {len(described['paths'])} addresses")
found = ask("gateway", "/v1/search?q=samen&limit=1", as_operator)
print(f"a search: {found['total']} found")
