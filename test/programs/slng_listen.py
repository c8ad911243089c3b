# Speech to text after SLNG's page on WebSockets and its specification of the bridge, in Python: settings, then audio
# once the session is ready, then `finalize`, and `close` when the last words are there. The argument is a WAV file of
# 16 kHz; the URL comes from the environment.
import asyncio
import base64
import json
import os
import sys

import websockets


async def listen(path):
    uri = os.environ["SLNG_URL"] + "/v1/bridges/unmute/stt/slng/deepgram/nova:3-en"
    headers = {"Authorization": "Bearer " + os.environ["SLNG_API_KEY"]}
    with open(path, "rb") as file:
        audio = file.read()[44:]

    async with websockets.connect(uri, extra_headers=headers) as socket:
        config = {"language": "en", "sample_rate": 16000, "encoding": "linear16", "enable_partials": True}
        await socket.send(json.dumps({"type": "init", "config": config}))
        ready = json.loads(await socket.recv())
        print("Session ready:", ready["session_id"])

        # 100 ms a frame, by turns as binary and as base64: the page has both.
        for at in range(0, len(audio), 3200):
            chunk = audio[at:at + 3200]
            if at % 6400 == 0:
                await socket.send(chunk)
            else:
                await socket.send(json.dumps({"type": "audio", "data": base64.b64encode(chunk).decode()}))
        await socket.send(json.dumps({"type": "finalize"}))
        await socket.send(json.dumps({"type": "close"}))

        async for message in socket:
            data = json.loads(message)
            if data["type"] == "partial_transcript":
                print("Partial:", data["transcript"])
            elif data["type"] == "final_transcript":
                print("Final:", data["transcript"])
            elif data["type"] == "error":
                print("Error:", data["code"], data["message"])
    print("Closed:", socket.close_code)


asyncio.run(listen(sys.argv[1]))
