# The conversational Python example (barge-in) of Telnyx's page of text-to-speech WebSocket examples, typed anew. Only
# the URL is another, which comes from the environment, and `true` is Python's; where the page says "collect remaining
# audio", it is collected.
import asyncio
import base64
import json
import os

import websockets


async def converse():
    url = os.environ["TELNYX_URL"] + "/v2/text-to-speech/speech?voice=Telnyx.NaturalHD.astra"
    headers = {"Authorization": "Bearer " + os.environ["TELNYX_API_KEY"]}

    async with websockets.connect(url, extra_headers=headers) as socket:
        await socket.send(json.dumps({"text": " ", "voice_settings": {"voice_speed": 1.1}}))
        await socket.send(json.dumps({"text": "Welcome to the demo."}))

        async for message in socket:
            data = json.loads(message)
            if data.get("isFinal"):
                break
        print("The first text is spoken")

        await socket.send(json.dumps({"force": True}))
        await socket.send(json.dumps({"text": "Actually, let me start over."}))
        await socket.send(json.dumps({"text": ""}))

        chunks = []
        async for message in socket:
            data = json.loads(message)
            if data.get("audio"):
                chunks.append(base64.b64decode(data["audio"]))
            if data.get("isFinal"):
                break

    with open("output.mp3", "wb") as file:
        for chunk in chunks:
            file.write(chunk)


asyncio.run(converse())
