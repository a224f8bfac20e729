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
    answer(request, response, { options, results, requests }).catch((error: unknown) => {
      // A script that throws ends the run at once: the client shows a 400 and does not try again.
      response.writeHead(400, { "content-type": "application/json" });
      response.end(JSON.stringify({ type: "error", error: { type: "test_error", message: String(error) } }));
    });
  };
  const servers = [await listen(createServer(listener), 0)];
  if (options.socket !== undefined) servers.push(await listen(createServer(listener), options.socket));
  const close = async (): Promise<void> => {
    await Promise.all(servers.map(closeServer));
  };
  return { port: portOf(servers[0]), results, requests, close };
}

type Recording = {
  readonly options: ApiOptions;
  readonly results: Map<string, ToolResult>;
  readonly requests: ApiRequest[];
};

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  recording: Recording,
): Promise<void> {
  const { results, requests } = recording;
  const text = await readBody(request);
  const body = isMessagesCall(request) ? parseMessagesBody(text) : undefined;
  requests.push({ method: request.method ?? "", url: request.url ?? "", ...(body && { body }) });
  if (body === undefined) {
    replyJson(response, {});
    return;
  }
  for (const [id, result] of toolResults(body)) if (!results.has(id)) results.set(id, result);
  replyTurn(response, body, recording);
}

function replyTurn(response: ServerResponse, body: MessagesRequest, recording: Recording): void {
  const id = `msg_${recording.requests.length}`;
  const turn = withKnownTools(chooseTurn(body, recording), body);
  if (body.stream !== true) {
    replyJson(response, renderMessage(turn, body.model, id));
    return;
  }
  response.writeHead(200, { "content-type": "text/event-stream", "request-id": id });
  response.end(renderStream(turn, body.model, id));
}

function chooseTurn(body: MessagesRequest, { options, results }: Recording): Turn {
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
