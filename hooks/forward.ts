import { writeFileSync } from "node:fs";
import net from "node:net";

/**
 * `forward PORT SOCKET READY`: inside a container, copies bytes between a port of its loopback and the socket of the user's
 * proxy. It knows nothing of proxies and needs no trust. READY is a file that appears when the port can be used.
 */
const [, , port = "", door = "", ready = ""] = process.argv;

const GONE =
  "sandhook: the network proxy is not running. The next command of this project starts it again; nothing was sent.\n";

/** The proxy is away: whoever speaks HTTP learns it, and nobody gets further. */
function turnAway(client: net.Socket): void {
  client.end(
    `HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nContent-Length: ${GONE.length}\r\n\r\n${GONE}`,
  );
}

const server = net.createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
  const upstream = net.connect({ path: door, allowHalfOpen: true });
  let connected = false;
  upstream.once("connect", () => {
    connected = true;
    client.pipe(upstream);
    upstream.pipe(client);
  });
  upstream.on("error", () => {
    if (connected) client.resetAndDestroy();
    else turnAway(client);
  });
  upstream.once("close", () => {
    if (connected) client.destroySoon();
  });
  client.on("error", () => upstream.destroy());
  client.once("close", () => upstream.destroy());
});
server.listen({ host: "127.0.0.1", port: Number(port), backlog: 1024 }, () => {
  writeFileSync(ready, "");
});
