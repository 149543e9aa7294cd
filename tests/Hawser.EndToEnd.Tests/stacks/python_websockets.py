"""The Python package websockets on both sides: python_websockets.py PORT, then the gateway's HOST:PORT on standard input; prints one line of JSON."""
import asyncio, json, sys
import websockets


async def echo(socket):
    async for message in socket:
        if message == "drop":
            await socket.close(4001, "dropped")
        else:
            await socket.send(message)


async def scenario(gateway):
    result = {}
    async with websockets.connect(f"ws://{gateway}/", subprotocols=["chat"], ping_interval=1) as socket:
        result["protocol"] = socket.subprotocol
        result["extensions"] = [extension.name for extension in socket.extensions]
        await socket.send("grüße 你好")
        result["text"] = await socket.recv()
        await socket.send(bytes(range(256)) * 2000)
        result["binary"] = await socket.recv() == bytes(range(256)) * 2000
        await socket.send(iter(["frag", "men", "ted"]))
        result["fragments"] = await socket.recv()
        await asyncio.wait_for(await socket.ping(b"there?"), 20)
        await socket.send("drop")
        try:
            await socket.recv()
        except websockets.ConnectionClosed as closed:
            result["closed"] = [closed.rcvd.code, closed.rcvd.reason]
    # Its own way to come back: an iterator of connections.
    rounds = []
    async for socket in websockets.connect(f"ws://{gateway}/"):
        await socket.send(f"round {len(rounds)}")
        rounds.append(await socket.recv())
        if len(rounds) == 3:
            await socket.close()
            break
        await socket.send("drop")
        try:
            await socket.recv()
        except websockets.ConnectionClosed:
            continue
    result["rounds"] = rounds
    return result


async def main():
    async with websockets.serve(echo, "127.0.0.1", int(sys.argv[1]), subprotocols=["chat"]):
        print("ready", flush=True)
        gateway = await asyncio.get_running_loop().run_in_executor(None, sys.stdin.readline)
        print(json.dumps(await asyncio.wait_for(scenario(gateway.strip()), 90), ensure_ascii=False), flush=True)


asyncio.run(main())
