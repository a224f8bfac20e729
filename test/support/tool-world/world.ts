import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import {
  chownSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { createServer as createHttp, type RequestListener, type Server } from "node:http";
import { createServer as createHttps } from "node:https";
import net, { type AddressInfo } from "node:net";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { asUser, type Ground, until } from "../../engines/ground.ts";

const SSHD = "/usr/sbin/sshd";

/** True where the git server over ssh can be had. */
export const hasSshServer = existsSync(SSHD);

/** Servers for the tools of developers, on this machine's loopback. */
export interface ToolWorld {
  /** The value of `network.proxyCommand` that leads every host to its server here. */
  readonly proxyCommand: readonly string[];
  /** `host:port` of every connection that the proxy let through. */
  readonly asked: () => readonly string[];
  readonly close: () => void;
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return (server.address() as AddressInfo).port;
}

/** Files of `www/<host>`; of a folder its `index`. */
function serveFiles(www: string): RequestListener {
  return (request, response) => {
    const { pathname } = new URL(request.url ?? "/", "http://any");
    const file = path.join(www, request.headers.host?.split(":")[0] ?? "", pathname);
    const found = [path.join(file, "index"), file].find(
      (name) => existsSync(name) && statSync(name).isFile(),
    );
    if (found === undefined) response.writeHead(404).end("no such file\n");
    else response.writeHead(200, { "content-type": "text/html" }).end(readFileSync(found));
  };
}

async function freePort(): Promise<number> {
  const server = net.createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** A real sshd of the ground's user, that serves the repository to the key in the ground's project and to nobody else. */
async function startSshd(ground: Ground, folder: string): Promise<{ port: number; daemon: ChildProcess }> {
  const port = await freePort();
  const at = (name: string): string => path.join(folder, name);
  for (const name of ["host_key", "user_key"])
    execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", "", "-f", at(name)]);
  const config = [
    ...[`Port ${port}`, "ListenAddress 127.0.0.1", `HostKey ${at("host_key")}`, "PidFile none"],
    ...[`AuthorizedKeysFile ${at("user_key.pub")}`, "StrictModes no", "UsePAM no"],
    `ForceCommand git-upload-pack ${path.join(folder, "www/git.test/repo.git")}`,
  ];
  writeFileSync(at("sshd_config"), config.map((line) => `${line}\n`).join(""));
  const user = execFileSync("id", ["-nu", ground.account.uid.toString()], { encoding: "utf8" }).trim();
  const options = [
    `User ${user}`,
    "IdentityFile /tmp/key",
    "IdentitiesOnly yes",
    "UserKnownHostsFile /tmp/known_hosts",
  ];
  writeFileSync(path.join(ground.project, "ssh_config"), options.map((line) => `${line}\n`).join(""));
  writeFileSync(
    path.join(ground.project, "known_hosts"),
    `git.test ${readFileSync(at("host_key.pub"), "utf8")}`,
  );
  copyFileSync(at("user_key"), path.join(ground.project, "key"));
  const { uid, gid } = ground.account;
  execFileSync("chown", ["-R", `${uid}:${gid}`, folder, ground.project]);
  const [file = "", ...args] = asUser(ground, [SSHD, "-D", "-e", "-f", at("sshd_config")]);
  const daemon = spawn(file, args, { stdio: "ignore", cwd: "/" });
  await until(() => {
    if (daemon.exitCode !== null) throw new Error(`sshd ended with ${daemon.exitCode}`);
    return readFileSync("/proc/net/tcp", "utf8").includes(
      `:${port.toString(16).toUpperCase().padStart(4, "0")} 00000000:0000 0A`,
    );
  });
  return { port, daemon };
}

/** What `network.proxyCommand` starts for a connection: writes down where it goes, and joins it with the server here. */
const CARRY = `
const [, , log, ports, host, port] = process.argv;
require("node:fs").appendFileSync(log, host + ":" + port + "\\n");
const to = require("node:net").connect(JSON.parse(ports)[port], "127.0.0.1");
to.on("error", () => process.exit(1));
process.stdin.pipe(to).pipe(process.stdout);
`;

/** Makes what there is to fetch, and starts the servers. Everything lies in the ground's folder. */
export async function startToolWorld(ground: Ground): Promise<ToolWorld> {
  const folder = path.join(ground.root, "tools");
  mkdirSync(folder);
  const build = fileURLToPath(new URL("./build.sh", import.meta.url));
  execFileSync("bash", [build, folder], { stdio: ["ignore", "ignore", "pipe"] });
  copyFileSync(path.join(folder, "ca.pem"), path.join(ground.project, "ca.pem"));
  const serve = serveFiles(path.join(folder, "www"));
  const pem = (name: string): Buffer => readFileSync(path.join(folder, name));
  const servers = [createHttp(serve), createHttps({ key: pem("key.pem"), cert: pem("cert.pem") }, serve)];
  const [http = 0, https = 0] = await Promise.all(servers.map(listen));
  const ssh = hasSshServer ? await startSshd(ground, folder) : undefined;
  const [log, carry] = [path.join(folder, "asked"), path.join(folder, "carry.cjs")];
  writeFileSync(log, "");
  chownSync(log, ground.account.uid, ground.account.gid);
  writeFileSync(carry, CARRY);
  const ports = JSON.stringify({ 80: http, 443: https, 22: ssh?.port ?? 1 });
  return {
    proxyCommand: [process.execPath, carry, log, ports, "%h", "%p"],
    asked: () => readFileSync(log, "utf8").trim().split("\n"),
    close: () => {
      for (const server of servers) {
        server.closeAllConnections();
        server.close();
      }
      ssh?.daemon.kill("SIGTERM");
    },
  };
}
