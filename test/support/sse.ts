import type { Call, Turn } from "./script.ts";

type Event = { readonly type: string; readonly [field: string]: unknown };

const USAGE = {
  input_tokens: 1,
  output_tokens: 1,
  cache_creation_input_tokens: 0,
  cache_read_input_tokens: 0,
};

function contentBlocks(turn: Turn): readonly Event[] {
  const text = turn.text === undefined ? [] : [{ type: "text", text: turn.text }];
  const calls = (turn.calls ?? []).map(({ id, tool, input }) => ({
    type: "tool_use",
    id,
    name: tool,
    input,
  }));
  return [...text, ...calls];
}

/** A turn as the body of a reply that does not stream. */
export function renderMessage(turn: Turn, model: string, id: string): Event {
  const stop_reason = stopReason(turn.calls);
  const content = contentBlocks(turn);
  return {
    type: "message",
    id,
    role: "assistant",
    model,
    content,
    stop_reason,
    stop_sequence: null,
    usage: USAGE,
  };
}

/** A turn as the text of a server-sent event stream. */
export function renderStream(turn: Turn, model: string, id: string): string {
  const start = { ...renderMessage(turn, model, id), content: [], stop_reason: null };
  const events: Event[] = [
    { type: "message_start", message: start },
    ...contentBlocks(turn).flatMap(blockEvents),
    {
      type: "message_delta",
      delta: { stop_reason: stopReason(turn.calls), stop_sequence: null },
      usage: USAGE,
    },
    { type: "message_stop" },
  ];
  return events.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`).join("");
}

function stopReason(calls: readonly Call[] | undefined): string {
  return calls === undefined || calls.length === 0 ? "end_turn" : "tool_use";
}

function blockEvents(block: Event, index: number): readonly Event[] {
  const isText = block.type === "text";
  const empty = isText ? { ...block, text: "" } : { ...block, input: {} };
  const delta = isText
    ? { type: "text_delta", text: block["text"] }
    : { type: "input_json_delta", partial_json: JSON.stringify(block["input"]) };
  return [
    { type: "content_block_start", index, content_block: empty },
    { type: "content_block_delta", index, delta },
    { type: "content_block_stop", index },
  ];
}
