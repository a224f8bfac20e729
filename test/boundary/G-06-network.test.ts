import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { call } from "../engines/ground.ts";
import { bubblewrapGround } from "../support/bubblewrap-ground.ts";
import { engineAvailable } from "../support/engines.ts";

async function listen(): Promise<number> {
  const server = createServer((socket) => socket.end("reached\n"));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

const connect = (port: number): string => `exec 3<>/dev/tcp/127.0.0.1/${port} && cat <&3`;

describe.runIf(engineAvailable("bubblewrap"))("the network", () => {
  it("G-06 is closed when the policy says so, the host's localhost too, and open when it says that", async () => {
    const port = await listen();
    const closed = await call(bubblewrapGround({ network: "none" }), connect(port));
    expect([closed.code, closed.stdout.toString()]).toEqual([1, ""]);
    const open = await call(bubblewrapGround({ network: "open" }), connect(port));
    expect([open.code, open.stdout.toString()]).toEqual([0, "reached\n"]);
  });

  it("G-06 leaves the sandbox a localhost of its own", async () => {
    const serve = "python3 -m http.server 8123 --bind 127.0.0.1 >/dev/null 2>&1 &";
    const ask = `${serve} for i in 1 2 3 4 5 6 7 8 9; do sleep 0.3; exec 3<>/dev/tcp/127.0.0.1/8123 && break; done; echo $?`;
    const { stdout } = await call(bubblewrapGround(), ask);
    expect(stdout.toString()).toBe("0\n");
  });

  it("G-06 has no socket of a kind that leaves the namespace", async () => {
    const families =
      "for f in (40, 38, 17): \n try: socket.socket(f, 2 if f == 17 else 1); print(f)\n except OSError: pass";
    const { stdout } = await call(
      bubblewrapGround({ network: "open" }),
      `python3 -c 'import socket\n${families}'`,
    );
    expect(stdout.toString()).toBe("");
  });
});
