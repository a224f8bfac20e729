"""Runs inside a sandbox: tries every attempt of attempts.json and prints what came back, by the attempt's name."""
import base64, concurrent.futures, json, os, socket, subprocess, threading

MARK = b"RECORDED"
PROXY = ("127.0.0.1", 47128)
REPLY = b"HTTP/1.1 200 OK\r\nContent-Length: 8\r\nConnection: close\r\n\r\n" + MARK


def read_all(client):
    parts = []
    while True:
        try:
            part = client.recv(65536)
        except OSError:
            break
        if not part:
            break
        parts.append(part)
    return b"".join(parts)


def send_bytes(text, _host, _port):
    with socket.create_connection(PROXY, 10) as client:
        client.settimeout(10)
        client.sendall(base64.b64decode(text))
        return read_all(client)


def run_shell(command, host, port):
    environment = {**os.environ, "H": host, "P": str(port)}
    done = subprocess.run(["bash", "-c", command], env=environment, capture_output=True, timeout=20)
    return done.stdout + done.stderr


def run_python(code, host, port):
    names = {"socket": socket, "os": os, "host": host, "port": port, "read_all": read_all}
    exec(code, names)
    return names["answer"]


WAYS = {"bytes": send_bytes, "shell": run_shell, "python": run_python}


def attempt(item):
    try:
        answer = WAYS[item["way"]](item["text"], item.get("host", ""), item.get("port", 0))
    except Exception as error:
        answer = repr(error).encode()
    return item["name"], answer.decode("latin1")[-600:]


def serve(listener):
    while True:
        client, _ = listener.accept()
        with client:
            client.settimeout(5)
            try:
                client.recv(65536)
                client.sendall(REPLY)
            except OSError:
                pass


def echo(listener):
    while True:
        _, address = listener.recvfrom(2048)
        listener.sendto(MARK, address)


def start(target, listener):
    threading.Thread(target=target, args=(listener,), daemon=True).start()


# The sandbox's own servers, which show that a technique works where it may.
for family, kind, address, target in [
    (socket.AF_INET, socket.SOCK_STREAM, ("0.0.0.0", 7001), serve),
    (socket.AF_UNIX, socket.SOCK_STREAM, "\0sandhook-inside", serve),
    (socket.AF_INET, socket.SOCK_DGRAM, ("0.0.0.0", 7001), echo),
]:
    listener = socket.socket(family, kind)
    listener.bind(address)
    if kind == socket.SOCK_STREAM:
        listener.listen(64)
    start(target, listener)

with open("attempts.json") as file:
    items = json.load(file)
with concurrent.futures.ThreadPoolExecutor(8) as pool:
    print(json.dumps(dict(pool.map(attempt, items))), flush=True)
os._exit(0)
