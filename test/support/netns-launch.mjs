// Runs inside a fresh network namespace: node netns-launch.mjs PORT SOCKET COMMAND ARGS…
// Brings loopback up, forwards PORT to the unix SOCKET outside, and runs COMMAND with its exit code.
import { execFileSync, spawn } from "node:child_process";
import { connect, createServer } from "node:net";

const [port, socket, file, ...args] = process.argv.slice(2);

const loopbackUp = ["ip", "link", "set", "lo", "up"];
execFileSync(loopbackUp[0], loopbackUp.slice(1));
const forwarder = createServer((inside) => {
  const outside = connect(socket);
  const end = () => {
    inside.destroy();
    outside.destroy();
  };
  inside.on("error", end).on("close", end).pipe(outside);
  outside.on("error", end).on("close", end).pipe(inside);
});
forwarder.listen(Number(port), "127.0.0.1", () => {
  const child = spawn(file, args, { stdio: "inherit" });
  child.on("error", (error) => {
    console.error(`${file}: ${error.message}`);
    process.exit(127);
  });
  child.on("exit", (code) => process.exit(code ?? 1));
});
