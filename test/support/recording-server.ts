import net from "node:net";

/** A TCP server that keeps what it was sent and answers every client with one marked reply. */
export interface RecordingServer {
  readonly port: number;
  /** What arrived, one entry per connection that sent something. */
  readonly received: readonly string[];
  /** Connections accepted, with or without bytes. */
  readonly connections: () => number;
  readonly close: () => Promise<void>;
}

export const MARK = "RECORDED";

export async function startRecordingServer(host: string, port = 0): Promise<RecordingServer> {
  const received: string[] = [];
  let connections = 0;
  const server = net.createServer((socket) => {
    connections += 1;
    socket.on("error", () => undefined);
    socket.once("data", (chunk) => {
      received.push(chunk.toString("latin1"));
      socket.end(`HTTP/1.1 200 OK\r\nContent-Length: ${MARK.length}\r\nConnection: close\r\n\r\n${MARK}`);
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen({ host, port }, resolve);
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new TypeError("a TCP server has a port");
  return {
    port: address.port,
    received,
    connections: () => connections,
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
      }),
  };
}
