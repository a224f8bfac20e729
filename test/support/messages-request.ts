import { z } from "zod";
import type { ToolResult } from "./script.ts";

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

/** The body of a request to the Messages endpoint; throws when it is not one. */
export function parseMessagesBody(text: string): MessagesRequest {
  return messagesRequest.parse(JSON.parse(text));
}

/** Old releases ask a small model about titles and command prefixes; those requests carry no tools. */
export function isSideQuestion(body: MessagesRequest): boolean {
  return body.tools === undefined || body.tools.length === 0;
}

/** The text of a conversation's first user message: the prompt, with what the client puts around it. */
export function firstUserText(body: MessagesRequest): string {
  const first = body.messages.find(({ role }) => role === "user");
  return first === undefined ? "" : plainText(first.content);
}

/** Every tool result in a request, by the id of its call. */
export function toolResults(body: MessagesRequest): readonly (readonly [string, ToolResult])[] {
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
