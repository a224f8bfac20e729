import { absolute, connect, inner, socks } from "../client-bytes.ts";

/** What one client sends, for the port that the servers listen on. */
export type Bytes = (port: number) => string | Buffer;

/** Name, code of the refusal, the attempt, and its twin that differs only in being allowed. */
export type Attempt = readonly [name: string, code: string, attempt: Bytes, twin: Bytes];

export const OK = "ok.test";
export const viaConnect =
  (host: string): Bytes =>
  (port) =>
    connect(`${host}:${port}`, inner(`${host}:${port}`));
export const viaHttp =
  (host: string): Bytes =>
  (port) =>
    absolute(`http://${host}:${port}/`, `${host}:${port}`);
export const viaSocks =
  (host: string | readonly number[], named = typeof host === "string" ? host : host.join(".")): Bytes =>
  (port) =>
    socks(host, port, inner(`${named}:${port}`));
