# Text to speech in the manner of SLNG's own Python client, which takes every frame for JSON: it can only speak with a
# server that sends audio so. The URL comes from the environment.
import asyncio
import base64
import json
import os

import websockets


async def speak():
    uri = os.environ["SLNG_URL"] + "/v1/bridges/unmute/tts/slng/deepgram/aura:2-en"
    headers = {"Authorization": "Bearer " + os.environ["SLNG_API_KEY"]}
    audio = b""
    async with websockets.connect(uri, extra_headers=headers) as socket:
        config = {"sample_rate": 24000, "encoding": "linear16"}
        await socket.send(json.dumps({"type": "init", "voice": "aura-2-thalia-en", "config": config}))
        async for frame in socket:
            message = json.loads(frame)
            if message["type"] == "ready":
                await socket.send(json.dumps({"type": "text", "text": "Hello! This is a WebSocket TTS example."}))
                await socket.send(json.dumps({"type": "flush"}))
            elif message["type"] == "audio_chunk":
                audio += base64.b64decode(message["data"])
            elif message["type"] == "flushed":
                print("All audio received, saving to output.pcm")
                await socket.send(json.dumps({"type": "close"}))
    with open("output.pcm", "wb") as file:
        file.write(audio)


asyncio.run(speak())
