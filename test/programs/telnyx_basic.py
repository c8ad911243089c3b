# The basic Python example of Telnyx's page of text-to-speech WebSocket examples, typed anew. Only the URL is another:
# it comes from the environment.
import asyncio
import base64
import json
import os

import websockets


async def speak():
    url = os.environ["TELNYX_URL"] + "/v2/text-to-speech/speech?voice=Telnyx.NaturalHD.astra"
    headers = {"Authorization": "Bearer " + os.environ["TELNYX_API_KEY"]}

    async with websockets.connect(url, extra_headers=headers) as socket:
        # The handshake, the text, and that there is no more.
        await socket.send(json.dumps({"text": " "}))
        await socket.send(json.dumps({"text": "Hello from Telnyx text-to-speech."}))
        await socket.send(json.dumps({"text": ""}))

        chunks = []
        async for message in socket:
            data = json.loads(message)
            if data.get("error"):
                print(f"Error: {data['error']}")
                break
            if data.get("audio"):
                chunks.append(base64.b64decode(data["audio"]))
            if data.get("isFinal"):
                break

    with open("output.mp3", "wb") as file:
        for chunk in chunks:
            file.write(chunk)


asyncio.run(speak())
