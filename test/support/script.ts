// What the loopback model says: a script of assistant turns, routed per conversation.

/** One tool call of a turn. `id` is the handle under which its result is recorded; it must be unique in a run. */
export type Call = {
  readonly id: string;
  readonly tool: string;
  readonly input: Readonly<Record<string, unknown>>;
};

/** One assistant turn: words, calls (several run in parallel), or both. A turn without calls ends the conversation. */
export type Turn = { readonly text?: string; readonly calls?: readonly Call[] };

export type ToolResult = { readonly text: string; readonly isError: boolean };

/** What a scripted function may look at: turns already played in this conversation, and every result so far. */
export type Progress = { readonly turn: number; readonly results: ReadonlyMap<string, ToolResult> };

export type Script = readonly Turn[] | ((progress: Progress) => Turn);

/** A conversation of its own (a sub-agent), known by the text of its first user message. */
export type Route = { readonly when: (firstUserText: string) => boolean; readonly script: Script };

const LAST_TURN: Turn = { text: "done" };

/** The turn to play next; past the end of a list the model just says "done". */
export function nextTurn(script: Script, progress: Progress): Turn {
  return typeof script === "function" ? script(progress) : (script[progress.turn] ?? LAST_TURN);
}

/** A call of the Bash tool; `more` adds fields such as `run_in_background` or `timeout`. */
export function bash(id: string, command: string, more: Readonly<Record<string, unknown>> = {}): Call {
  return { id, tool: "Bash", input: { command, description: "test", ...more } };
}

/** A call that starts a sub-agent and waits for it; route its conversation by `prompt`. */
export function agent(id: string, prompt: string, more: Readonly<Record<string, unknown>> = {}): Call {
  const fields = { description: "test agent", subagent_type: "general-purpose", run_in_background: false };
  return { id, tool: "Agent", input: { ...fields, prompt, ...more } };
}
