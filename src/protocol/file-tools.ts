import type { ToolTarget } from "../core/tool-use.ts";

type Input = Readonly<Record<string, unknown>>;

/** Reads a text field; undefined when it is missing, empty or no text. */
type Field = (name: string) => string | undefined;

type Reader = (field: Field) => ToolTarget | undefined;

function on(kind: "read" | "write", name: string): Reader {
  return (field) => {
    const path = field(name);
    return path === undefined ? undefined : { kind, path };
  };
}

/** The client searches its working folder when the model names none. */
const HERE = ".";

/** Claude Code's own tools that touch files or the web, of every release from 2.0.30 on, and where each says what. */
const TOOLS: Readonly<Record<string, Reader>> = {
  Read: on("read", "file_path"),
  Edit: on("write", "file_path"),
  Write: on("write", "file_path"),
  MultiEdit: on("write", "file_path"),
  NotebookRead: on("read", "notebook_path"),
  NotebookEdit: on("write", "notebook_path"),
  LSP: on("read", "filePath"),
  LS: (field) => ({ kind: "list", path: field("path") ?? HERE, pattern: undefined }),
  Glob: (field) => ({ kind: "list", path: field("path") ?? HERE, pattern: field("pattern") }),
  Grep: (field) => ({ kind: "search", path: field("path") ?? HERE }),
  WebFetch: (field) => {
    const url = field("url");
    return url === undefined ? undefined : { kind: "fetch", url };
  },
};

/** Their names, for the matcher of the hook. */
export const FILE_TOOLS: readonly string[] = Object.keys(TOOLS);

/** What a call of one of these tools is about; undefined when its input does not say. */
export function readToolTarget(tool: string, input: Input): ToolTarget | undefined {
  const field: Field = (name) => {
    const value = input[name];
    return typeof value === "string" && value !== "" ? value : undefined;
  };
  return Object.hasOwn(TOOLS, tool) ? TOOLS[tool]?.(field) : undefined;
}
