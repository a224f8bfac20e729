import { createServer } from "node:http";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { z } from "zod";
import { nextTurn } from "./script.ts";
import type { Route, Script, ToolResult, Turn } from "./script.ts";
import { renderMessage, renderStream } from "./sse.ts";

const block = z.looseObject({ type: z.string() });
const textBlock = z.looseObject({ type: z.literal("text"), text: z.string() });
const content = z.union([z.string(), z.array(block)]);
const resultBlock = z.looseObject({
  type: z.literal("tool_result"),
  tool_use_id: z.string(),
  content: content.optional(),
  is_error: z.boolean().optional(),
});
const messagesRequest = z.looseObject({
  model: z.string(),
  stream: z.boolean().optional(),
  tools: z.array(z.looseObject({ name: z.string().optional() })).optional(),
  messages: z.array(z.looseObject({ role: z.string(), content })),
});

export type MessagesRequest = z.infer<typeof messagesRequest>;

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
      const body = parseMessagesBody(request, text);
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

/** Old releases ask a small model about titles and command prefixes; those requests carry no tools. */
function isSideQuestion(body: MessagesRequest): boolean {
  return body.tools === undefined || body.tools.length === 0;
}

function chooseScript({ main, routes = [] }: ApiOptions, text: string): Script {
  return routes.find(({ when }) => when(text))?.script ?? main;
}

/** The text of a conversation's first user message: the prompt, with what the client puts around it. */
export function firstUserText(body: MessagesRequest): string {
  const first = body.messages.find(({ role }) => role === "user");
  return first === undefined ? "" : plainText(first.content);
}

function toolResults(body: MessagesRequest): readonly (readonly [string, ToolResult])[] {
  const blocks = body.messages.flatMap((message) =>
    typeof message.content === "string" ? [] : message.content,
  );
  return blocks.flatMap((candidate) => {
    const parsed = resultBlock.safeParse(candidate);
    if (!parsed.success) return [];
    const { tool_use_id: id, content: text = "", is_error: isError = false } = parsed.data;
    return [[id, { text: plainText(text), isError }] as const];
  });
}

function plainText(value: z.infer<typeof content>): string {
  if (typeof value === "string") return value;
  return value
    .flatMap((part) => {
      const parsed = textBlock.safeParse(part);
      return parsed.success ? [parsed.data.text] : [];
    })
    .join("\n");
}

function parseMessagesBody(request: IncomingMessage, text: string): MessagesRequest | undefined {
  const path = (request.url ?? "").split("?")[0];
  if (request.method !== "POST" || path !== "/v1/messages") return undefined;
  return messagesRequest.parse(JSON.parse(text));
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
