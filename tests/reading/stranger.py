"""A reading process of another version: it answers in words that the app does not know."""

import json
import sys

sys.stdin.readline()
sys.stdout.write(json.dumps({"reply": "waiting", "digest": "0", "colour": "red"}) + "\n")
