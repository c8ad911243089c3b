# The LLM token streaming example (Python) of Telnyx's page of text-to-speech WebSocket examples, typed anew. Only the
# URL is another, which comes from the environment; and as the page leaves it to the reader, the tokens are made up and
# the audio is read until the server closes.
import asyncio
import base64
import json
import os

import websockets

TOKENS = ["# Wel", "come\n\n", "This", " is **im", "portant**", ". Read [the", " manual](https://a", ".example/b)", "."]


async def stream(tokens):
    url = os.environ["TELNYX_URL"] + "/v2/text-to-speech/speech?voice=Telnyx.NaturalHD.astra"
    headers = {"Authorization": "Bearer " + os.environ["TELNYX_API_KEY"]}

    async with websockets.connect(url, extra_headers=headers) as socket:
        await socket.send(json.dumps({"text": " "}))
        for token in tokens:
            await socket.send(json.dumps({"text": token}))
        await socket.send(json.dumps({"text": ""}))

        chunks = []
        async for message in socket:
            data = json.loads(message)
            if data.get("text"):
                print(data["text"])
            if data.get("audio"):
                chunks.append(base64.b64decode(data["audio"]))

    with open("output.mp3", "wb") as file:
        for chunk in chunks:
            file.write(chunk)


asyncio.run(stream(TOKENS))
