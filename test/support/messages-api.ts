import { createServer } from "node:http";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { firstUserText, isSideQuestion, parseMessagesBody, toolResults } from "./messages-request.ts";
import type { MessagesRequest } from "./messages-request.ts";
import { nextTurn } from "./script.ts";
import type { Route, Script, ToolResult, Turn } from "./script.ts";
import { renderMessage, renderStream } from "./sse.ts";

/** One request as the server saw it; `body` only for the Messages endpoint. */
export type ApiRequest = {
  readonly method: string;
  readonly url: string;
  readonly body?: MessagesRequest;
};

export type MessagesApi = {
  readonly port: number;
  readonly results: ReadonlyMap<string, ToolResult>;
  readonly requests: readonly ApiRequest[];
  readonly close: () => Promise<void>;
};

/** `main` drives the session; `routes` are tried first; `socket` listens on a unix socket as well. */
export type ApiOptions = {
  readonly main: Script;
  readonly routes?: readonly Route[];
  readonly socket?: string;
};

/** Starts a loopback stand-in for the Messages API that plays `options` and records what it is sent. */
export async function startMessagesApi(options: ApiOptions): Promise<MessagesApi> {
  const results = new Map<string, ToolResult>();
  const requests: ApiRequest[] = [];
  const listener = (request: IncomingMessage, response: ServerResponse): void => {
    void readBody(request).then((text) => {
      const body = isMessagesCall(request) ? parseMessagesBody(text) : undefined;
      requests.push({ method: request.method ?? "", url: request.url ?? "", ...(body && { body }) });
      if (body === undefined) {
        replyJson(response, {});
        return;
      }
      for (const [id, result] of toolResults(body)) if (!results.has(id)) results.set(id, result);
      replyTurn(response, body, { options, results, id: `msg_${requests.length}` });
    });
  };
  const servers = [await listen(createServer(listener), 0)];
  if (options.socket !== undefined) servers.push(await listen(createServer(listener), options.socket));
  const close = async (): Promise<void> => {
    await Promise.all(servers.map(closeServer));
  };
  return { port: portOf(servers[0]), results, requests, close };
}

type Reply = {
  readonly options: ApiOptions;
  readonly results: ReadonlyMap<string, ToolResult>;
  readonly id: string;
};

function replyTurn(response: ServerResponse, body: MessagesRequest, reply: Reply): void {
  const turn = withKnownTools(chooseTurn(body, reply), body);
  if (body.stream !== true) {
    replyJson(response, renderMessage(turn, body.model, reply.id));
    return;
  }
  response.writeHead(200, { "content-type": "text/event-stream", "request-id": reply.id });
  response.end(renderStream(turn, body.model, reply.id));
}

function chooseTurn(body: MessagesRequest, { options, results }: Reply): Turn {
  // Counting the assistant's messages makes a retried request play the same turn again.
  const turn = body.messages.filter(({ role }) => role === "assistant").length;
  const script = isSideQuestion(body) ? [] : chooseScript(options, firstUserText(body));
  return nextTurn(script, { turn, results });
}

/** Old releases call the Agent tool Task. */
function withKnownTools(turn: Turn, body: MessagesRequest): Turn {
  const known = new Set(body.tools?.map(({ name }) => name));
  const rename = (tool: string): string => (tool === "Agent" && !known.has("Agent") ? "Task" : tool);
  const calls = (turn.calls ?? []).map((call) => ({ ...call, tool: rename(call.tool) }));
  return { ...turn, calls };
}

function chooseScript({ main, routes = [] }: ApiOptions, text: string): Script {
  return routes.find(({ when }) => when(text))?.script ?? main;
}

function isMessagesCall({ method, url = "" }: IncomingMessage): boolean {
  return method === "POST" && url.split("?")[0] === "/v1/messages";
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
}

function replyJson(response: ServerResponse, body: unknown): void {
  response.writeHead(200, { "content-type": "application/json" });
  response.end(JSON.stringify(body));
}

function listen(server: Server, where: number | string): Promise<Server> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    const done = (): void => {
      resolve(server);
    };
    if (typeof where === "string") server.listen(where, done);
    else server.listen(where, "127.0.0.1", done);
  });
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => {
      resolve();
    });
    server.closeAllConnections();
  });
}

function portOf(server: Server | undefined): number {
  const address = server?.address();
  if (address === null || address === undefined || typeof address === "string")
    throw new Error("no TCP port");
  return address.port;
}
