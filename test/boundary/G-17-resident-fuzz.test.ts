import { execFileSync, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { chmodSync, chownSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import net from "node:net";
import path from "node:path";
import { beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { encodeAnswer, encodeRequest, type ResidentRequest } from "../../src/runtime/resident/frame.ts";
import { type Ground, hookCall, ordinaryAccount, until } from "../engines/ground.ts";
import { engineAvailable } from "../support/engines.ts";
import {
  askHelper,
  type AskOptions,
  helperBuilt,
  libexecOf,
  residentFolder,
  residentGround,
  slowAnswer,
  startHelper,
  startResident,
  statusOf,
  testHelper,
} from "../support/resident-ground.ts";

/** More of each kind, and a helper with sanitizers: npm run fuzz. */
const ROUNDS = Number(process.env["SANDHOOK_FUZZ"] ?? 4);
const LONG = process.env["SANDHOOK_FUZZ"] !== undefined;

const FORGED = '{"forged":true}';
const NONCE_AT = 4;
const HEAD = 25;

const random = (below: number): number => Math.floor(Math.random() * below);

function edited(bytes: Buffer, at: number, value: number): Buffer {
  const copy = Buffer.from(bytes);
  copy.writeUInt8(value & 0xff, at);
  return copy;
}

function lengthened(bytes: Buffer, length: number): Buffer {
  const copy = Buffer.from(bytes);
  copy.writeUInt32LE(length >>> 0, HEAD - 4);
  return copy;
}

/** What a broken or hostile process could send for a request with this nonce; none of it is an answer. */
const BAD_ANSWERS: readonly (readonly [string, (nonce: Buffer) => Buffer])[] = [
  ["nothing", () => Buffer.alloc(0)],
  ["noise", () => randomBytes(random(200))],
  ["a part of an answer", (nonce) => whole(nonce).subarray(0, random(whole(nonce).length))],
  ["another protocol", (nonce) => edited(whole(nonce), random(NONCE_AT), 0x58)],
  [
    "another call's nonce",
    (nonce) => edited(whole(nonce), NONCE_AT + random(16), (nonce[0] ?? 0) + 1 + random(250)),
  ],
  ["another kind", (nonce) => edited(whole(nonce), HEAD - 5, 0x62 + random(17))],
  ["a length of 4 GiB", (nonce) => lengthened(whole(nonce), 0xffffffff - random(9))],
  ["a length beyond the limit", (nonce) => lengthened(whole(nonce), (8 << 20) + 1)],
  ["a length that is too long", (nonce) => lengthened(whole(nonce), FORGED.length + 1 + random(9999))],
  ["a length that is too short", (nonce) => lengthened(whole(nonce), random(FORGED.length))],
  ["more than an answer", (nonce) => Buffer.concat([whole(nonce), randomBytes(1 + random(50))])],
  ["an answer twice", (nonce) => Buffer.concat([whole(nonce), whole(nonce)])],
  ["no object", (nonce) => whole(nonce, "[]")],
  ["an empty text", (nonce) => whole(nonce, "")],
  ["half an object", (nonce) => whole(nonce, "{")],
  ["two lines", (nonce) => whole(nonce, '{}\n{"a":1}')],
  ["a NUL", (nonce) => whole(nonce, "{\0}")],
  ["a refusal to answer", (nonce) => encodeAnswer(nonce, { kind: "slow", text: FORGED })],
];

function whole(nonce: Buffer, text = FORGED): Buffer {
  return encodeAnswer(nonce, { kind: "answer", text });
}

/** Stands in the place of the resident process: answers every request with what `answer` makes of its nonce. */
async function impostor(ground: Ground, answer: (nonce: Buffer) => Buffer, drip: boolean): Promise<void> {
  const folder = residentFolder(ground);
  rmSync(path.join(folder, "s"), { force: true });
  writeFileSync(path.join(folder, "secret"), "0".repeat(32), { mode: 0o600 });
  const server = net.createServer((socket) => {
    socket.on("error", () => undefined);
    socket.once("data", (request) => {
      const bytes = answer(Buffer.from(request.subarray(NONCE_AT, NONCE_AT + 16)));
      if (!drip) return socket.end(bytes);
      for (let at = 0; at < bytes.length; at += 1) socket.write(bytes.subarray(at, at + 1));
      return socket.end();
    });
  });
  await new Promise<void>((resolve) => server.listen(path.join(folder, "s"), resolve));
  chmodSync(path.join(folder, "s"), 0o600);
  closers.push(() => server.close());
}

const closers: (() => void)[] = [];

/** A ground whose folder for the resident process is there, and nobody in it. */
function emptyGround(): Ground {
  const ground = residentGround();
  askHelper(ground, "true", { slow: ["/bin/true"] });
  onTestFinished(() => {
    for (const close of closers.splice(0)) close();
  });
  return ground;
}

describe.runIf(helperBuilt && engineAvailable("bubblewrap"))(
  "noise between helper and resident process",
  () => {
    let options: AskOptions = {};
    beforeAll(() => {
      if (LONG) options = { helper: testHelper({ sanitized: true }) };
    });

    it("G-17 makes the helper take the slow path with the whole event", async () => {
      const ground = emptyGround();
      const expected = { status: 0, out: slowAnswer(ground, "true"), err: "" };
      for (const [name, answer] of BAD_ANSWERS) {
        for (const drip of [false, true]) {
          await impostor(ground, answer, drip);
          const calls = Array.from({ length: ROUNDS }, () => startHelper(ground, "true", options).ended);
          for (const result of await Promise.all(calls)) expect(result, name).toEqual(expected);
          closers.pop()?.();
        }
      }
      // The same impostor is believed when it answers by the rules: what keeps others out is the folder.
      await impostor(ground, whole, true);
      const believed = await startHelper(ground, "true", options).ended;
      expect(believed).toEqual({ status: 0, out: `${FORGED}\n`, err: "" });
    });

    it("G-17 hands over events of every size, and none that is no event", () => {
      const ground = emptyGround();
      for (const size of [0, 1, 65_535, 65_536, 65_537, 4 << 20, (4 << 20) + 1, 9 << 20]) {
        const input = randomBytes(size / 2).toString("hex");
        expect(askHelper(ground, "", { ...options, input }).out.length).toBe("slow\n".length + input.length);
      }
      for (const words of [
        [],
        ["hook"],
        ["hook", "pre-tool-use", libexecOf(ground)],
        ["x", "y", "z", "a", "b"],
      ]) {
        const helper = path.join(libexecOf(ground), "helper");
        expect(() => execFileSync(helper, words, { stdio: "pipe" })).toThrow(/wrong words/);
      }
      const missing = askHelper(ground, "true", { ...options, slow: ["/nowhere/node"] });
      expect([missing.status, missing.out]).toEqual([2, ""]);
    });

    it.runIf(process.getuid?.() === 0)(
      "G-17 is not listened to when it comes from another user",
      async () => {
        const ground = emptyGround();
        const folder = residentFolder(ground);
        const socket = path.join(folder, "s");
        writeFileSync(path.join(folder, "secret"), "0".repeat(32), { mode: 0o600 });
        const { uid, gid } = ordinaryAccount();
        const reply = JSON.stringify([...whole(Buffer.alloc(16))]);
        const program =
          `const { setuid, setgid } = process; process.chdir(${JSON.stringify(folder)});` +
          `setgid.call(process, ${gid}); setuid.call(process, ${uid});` +
          `require("net").createServer((s) => s.once("data", (r) => { const a = Buffer.from(${reply});` +
          `r.copy(a, 4, 4, 20); s.end(a); })).listen("s")`;
        // Bound by the other user in a folder that lets it, then made to look like ours.
        rmSync(socket, { force: true });
        chmodSync(folder, 0o777);
        for (const open of [ground.root, ground.home]) chmodSync(open, 0o755);
        execFileSync("chmod", ["-R", "a+x", path.join(ground.home, ".local")]);
        const child = spawn(process.execPath, ["-e", program.replace("listen(3)", 'listen("s")')], {
          stdio: "ignore",
        });
        onTestFinished(() => {
          child.kill("SIGKILL");
        });
        await until(() => existsSync(socket));
        chownSync(socket, 0, 0);
        chmodSync(socket, 0o600);
        chmodSync(folder, 0o700);
        expect(askHelper(ground, "true", options).out).toBe(slowAnswer(ground, "true"));
      },
    );

    it("G-17 neither ends nor widens the resident process", async () => {
      const ground = residentGround();
      const { pid } = await startResident(ground);
      const socket = path.join(residentFolder(ground), "s");
      const fields: Omit<ResidentRequest, "nonce"> = {
        verb: "decide",
        secret: readFileSync(path.join(residentFolder(ground), "secret"), "utf8"),
        libexec: libexecOf(ground),
        libexecReal: libexecOf(ground).replace("current", "versions/test"),
        identity: "nobody",
        pid: process.pid,
        deadline: 1e14,
        variables: { HOME: ground.home },
        event: hookCall(ground, "true").input,
      };
      const request = (more: Partial<ResidentRequest> = {}): Buffer =>
        encodeRequest({ nonce: randomBytes(16), ...fields, ...more });
      const noise = (): Buffer[] => {
        const good = request();
        const length = Buffer.from(good);
        length.writeUInt32LE(random(2 ** 32), 20 + 4 * random(2));
        return [
          randomBytes(random(300)),
          good.subarray(0, random(good.length)),
          edited(good, random(28), random(256)),
          edited(good, random(good.length), random(256)),
          length,
          Buffer.concat([good, good]),
          request({ secret: "0".repeat(32) }),
          request({ deadline: 1 }),
          request({ variables: { HOME: ground.home, NODE_OPTIONS: "x" } }),
          request({ event: "\0".repeat(random(99)) }),
          request(),
        ];
      };
      for (let round = 0; round < ROUNDS * 5; round += 1)
        for (const answer of await Promise.all(noise().map((bytes) => send(socket, bytes))))
          expect(answer.toString("latin1")).not.toContain("hookSpecificOutput");

      const idle = await Promise.all(Array.from({ length: 200 }, () => open(socket)));
      expect(askHelper(ground, "true", options).out).toContain("hookSpecificOutput");
      for (const one of idle) one.destroy();
      for (let opened = 0; LONG && opened < 10_000; opened += 500)
        for (const one of await Promise.all(Array.from({ length: 500 }, () => open(socket)))) one.destroy();
      const status = await statusOf(ground);
      expect(status?.pid).toBe(pid);
      expect(status?.answered).toBe(1);
      expect(status?.memory).toBeLessThan(150 * 2 ** 20);
      mkdirSync(path.join(ground.project, "still-there"));
      expect(askHelper(ground, "true", options).out).toContain("hookSpecificOutput");
    });
  },
);

/** Sends bytes and gives whatever comes back until the other side ends. */
function send(socket: string, bytes: Buffer): Promise<Buffer> {
  return new Promise((resolve) => {
    const parts: Buffer[] = [];
    const client = net.connect(socket, () => client.end(bytes));
    client.on("data", (part) => parts.push(part));
    client.on("error", () => undefined);
    client.once("close", () => {
      resolve(Buffer.concat(parts));
    });
  });
}

/** A connection that says nothing; one that is turned away counts as well. */
function open(socket: string): Promise<net.Socket> {
  return new Promise((resolve) => {
    const client = net.connect(socket);
    client.on("error", () => undefined);
    for (const event of ["connect", "close"] as const)
      client.once(event, () => {
        resolve(client);
      });
  });
}
