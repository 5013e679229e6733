"""Makes a few things to ask for: ADDRESS TOKEN; prints their ids, quoted, one a line."""

import json
import sys
import urllib.request

address, token = sys.argv[1:]


def post(path, body):
    request = urllib.request.Request(
        f"{address}/api/v1/citypulse/{path}",
        json.dumps(body).encode(),
        {"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=30) as answer:
        print(json.dumps(json.load(answer)["data"]["id"]))


for number in range(10):
    post("buildings", {"id": f"b{number}", "name": f"House {number}", "lat": number, "lon": 9})
    post("alerts", {"title": f"Alert {number}", "buildingId": f"b{number}"})
