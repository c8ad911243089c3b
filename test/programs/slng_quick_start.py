# The quick start of SLNG's text-to-speech WebSocket page (docs.slng.ai/examples/tts-websocket), typed anew.
# Only the URL is another: it comes from the environment.
import asyncio
import json
import os

import websockets


async def quick_start():
    key = os.environ["SLNG_API_KEY"]
    uri = os.environ["SLNG_URL"] + "/v1/tts/slng/deepgram/aura:2-en"
    headers = {"Authorization": f"Bearer {key}"}

    async with websockets.connect(uri, extra_headers=headers) as socket:
        await socket.send(json.dumps({
            "type": "init",
            "model": "aura:2-en",
            "voice": "aura-2-thalia-en",
            "config": {"encoding": "linear16", "sample_rate": 24000},
        }))
        await socket.send(json.dumps({"type": "text", "text": "Hello! This is a WebSocket TTS example."}))
        await socket.send(json.dumps({"type": "flush"}))

        audio = []
        async for message in socket:
            if isinstance(message, bytes):
                audio.append(message)
                continue
            data = json.loads(message)
            if data["type"] == "ready":
                print(f"Session ready: {data['session_id']}")
            elif data["type"] == "flushed":
                print("All audio received, saving to output.pcm")
                break
            elif data["type"] == "error":
                print(f"Error: {data['message']}")
                break

        with open("output.pcm", "wb") as file:
            for chunk in audio:
                file.write(chunk)


asyncio.run(quick_start())
