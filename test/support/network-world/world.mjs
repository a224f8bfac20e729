// The internet of a test, in a network and mount namespace of its own: node world.mjs CONFIG.
// Gives loopback public addresses, answers DNS, serves one port, and runs the given program there (the user's proxy).
// Prints one line of JSON for everything that arrives.
import { execFileSync, spawn } from "node:child_process";
import dgram from "node:dgram";
import { readFileSync, realpathSync, writeFileSync } from "node:fs";
import net from "node:net";
import path from "node:path";

const { folder, addresses, own, port, names, mark, program } = JSON.parse(
  readFileSync(process.argv[2], "utf8"),
);
const tell = (event) => process.stdout.write(`${JSON.stringify(event)}\n`);

const run = (...words) => execFileSync(words[0], words.slice(1));
run("ip", "link", "set", "lo", "up");
// Elsewhere as far as this machine can tell: they lead here, and no interface has them.
for (const address of addresses) run("ip", "route", "add", "local", `${address}/32`, "dev", "lo");
run("ip", "address", "add", `${own}/32`, "dev", "lo");

for (const [file, text] of [
  ["hosts", "127.0.0.1 localhost\n"],
  ["resolv.conf", "nameserver 127.0.0.1\noptions timeout:1 attempts:1\n"],
]) {
  writeFileSync(path.join(folder, file), text, { mode: 0o644 });
  run("mount", "--bind", path.join(folder, file), realpathSync(`/etc/${file}`));
}

/** The name that a query asks for, and where the question ends. */
function readQuestion(query) {
  const labels = [];
  let at = 12;
  while (query[at] !== 0) {
    labels.push(query.toString("latin1", at + 1, at + 1 + query[at]));
    at += 1 + query[at];
  }
  return { name: labels.join(".").toLowerCase(), type: query.readUInt16BE(at + 1), end: at + 5 };
}

/** Answers of a name: each query for IPv4 takes the next list, the last one stays. */
function answersOf(name) {
  const key = names[name] === undefined ? `*${name.slice(name.indexOf("."))}` : name;
  const lists = names[key] ?? [];
  return (lists.length > 1 ? lists.shift() : lists[0]) ?? [];
}

const dns = dgram.createSocket("udp4");
dns.on("message", (query, { port: from, address }) => {
  const { name, type, end } = readQuestion(query);
  const found = type === 1 ? answersOf(name) : [];
  if (type === 1) tell({ kind: "lookup", name });
  const records = found.map((text) =>
    Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4, ...text.split(".").map(Number)]),
  );
  const head = Buffer.from(query.subarray(0, end));
  head.writeUInt16BE(0x8180, 2);
  head.writeUInt16BE(records.length, 6);
  head.writeUInt32BE(0, 8);
  dns.send(Buffer.concat([head, ...records]), from, address);
});
await new Promise((resolve) => dns.bind(53, "127.0.0.1", resolve));

for (const address of [...addresses, own, "127.0.0.1", "127.0.0.2"]) {
  const server = net.createServer((socket) => {
    tell({ kind: "connection", address });
    socket.on("error", () => undefined);
    socket.once("data", () => {
      socket.end(`HTTP/1.1 200 OK\r\nContent-Length: ${mark.length}\r\nConnection: close\r\n\r\n${mark}`);
    });
  });
  await new Promise((resolve) => server.listen(port, address, resolve));
}

const child = spawn(program[0], program.slice(1), {
  stdio: ["ignore", "pipe", "inherit"],
  cwd: "/",
  env: {},
});
child.stdout.once("data", (chunk) => tell({ kind: "ready", words: chunk.toString().trim() }));
process.stdin.on("end", () => {
  child.kill("SIGTERM");
  process.exit(0);
});
process.stdin.resume();
