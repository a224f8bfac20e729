import { chmodSync, existsSync, mkdirSync, rmSync, symlinkSync } from "node:fs";
import { createServer } from "node:net";
import { spawn } from "node:child_process";
import path from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { call, type Ground, rewrite, startLine, until } from "../engines/ground.ts";
import { bubblewrapGround } from "../support/bubblewrap-ground.ts";
import { engineAvailable } from "../support/engines.ts";

/** A program of the host that greets whoever connects; everybody may. */
async function listen(file: string): Promise<void> {
  mkdirSync(path.dirname(file), { recursive: true });
  const server = createServer((socket) => socket.end("hello")).listen(file);
  await new Promise((resolve) => server.once("listening", resolve));
  chmodSync(file, 0o777);
  onTestFinished(() => void server.close());
}

/** One that writes the messages it gets to a file beside it. */
async function receive(file: string): Promise<void> {
  const program =
    "import os,socket,sys; s=socket.socket(socket.AF_UNIX,socket.SOCK_DGRAM); s.bind(sys.argv[1]); os.chmod(sys.argv[1],0o777); print('up',flush=True)\nwhile True: m=s.recv(99); open(sys.argv[1]+'.got','ab').write(m)";
  const child = spawn("python3", ["-c", program, file], { stdio: ["ignore", "pipe", "ignore"] });
  onTestFinished(() => void child.kill("SIGKILL"));
  await new Promise((resolve) => child.stdout.once("data", resolve));
}

const DIAL = `dial() { python3 -c 'import socket,sys
s=socket.socket(socket.AF_UNIX); s.settimeout(20); s.connect(sys.argv[1]); print(s.recv(9).decode())' "$1" 2>&1 | tail -n 1; }
send() { python3 -c 'import socket,sys
socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM).sendto(sys.argv[2].encode(), sys.argv[1])' "$1" "$2" 2>/dev/null; }
`;

const REFUSED = "ConnectionRefusedError: [Errno 111] Connection refused";

async function said(ground: Ground, script: string): Promise<string[]> {
  const { stdout, stderr } = await call(ground, DIAL + script);
  expect(stderr).toBe("");
  return stdout.toString().trim().split("\n");
}

describe.runIf(engineAvailable("bubblewrap"))("sockets of the host's programs", () => {
  it.each(["host", "listed"])(
    "G-07 cannot be connected to in folders that are only read (reads: %s)",
    async (reads) => {
      const ground = bubblewrapGround({
        profile: "own",
        profiles: { own: { extends: "workspace-write", reads } },
        filesystem: { allowRead: ["~/agents", "~/named/s"], allowWrite: ["~/own"] },
      });
      const at = (name: string): string => path.join(ground.home, name);
      for (const name of ["agents/s", "named/s", "own/s"]) await listen(at(name));
      await listen(path.join(ground.project, "s"));
      await receive(at("agents/messages"));
      await receive(path.join(ground.project, "messages"));
      symlinkSync(at("agents/s"), path.join(ground.project, "link"));
      const dials = ["~/agents/s", "link", "~/named/s", "~/own/s", "s"].map((file) => `dial ${file}`);
      expect(await said(ground, dials.join("\n"))).toEqual([REFUSED, REFUSED, "hello", "hello", "hello"]);
      const sends = "send ~/agents/messages x || echo no; send messages y && echo sent";
      expect(await said(ground, sends)).toEqual(["no", "sent"]);
      await until(() => existsSync(path.join(ground.project, "messages.got")));
      expect(existsSync(at("agents/messages.got"))).toBe(false);
    },
  );

  it("G-07 that are gone when the command starts do not keep it from running", async () => {
    const ground = bubblewrapGround();
    const [gone, stays] = [path.join(ground.home, "gone dir/s"), path.join(ground.home, "stays '$x'")];
    await listen(gone);
    await listen(stays);
    const line = rewrite(ground, `${DIAL}dial ~/'stays '"'"'$x'"'"\necho ran`);
    rmSync(path.dirname(gone), { recursive: true });
    const { code, stdout } = await startLine(ground, line).ended;
    expect([code, stdout.toString()]).toEqual([0, `${REFUSED}\nran\n`]);
  });
});
