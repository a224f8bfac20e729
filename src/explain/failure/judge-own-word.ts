import { renderSource } from "../../config/source.ts";
import type { Clue } from "./clue.ts";
import { type FailedCall, type FailureReason, hasContainer } from "./failure-reason.ts";

type OwnWord = Extract<Clue, { readonly kind: "not-started" | "limit" | "container-gone" }>;

const NOT_RUN =
  "so that the command was not run at all; this is no failure of the command (see the message above)";

function judgeStart(code: string | undefined): FailureReason {
  if (code?.startsWith("image.") === true)
    return {
      code: "image.missing",
      sentence: `the image of the project's container is not there and could not be made (${code}; key: sandhook.container.image), ${NOT_RUN}`,
    };
  if (code === "engine.down" || code === "engine.no-permission")
    return { code: "engine.down", sentence: `the container engine cannot be used (${code}), ${NOT_RUN}` };
  return { code: "sandbox.not-started", sentence: `the sandbox could not be started, ${NOT_RUN}` };
}

function judgeLimit(limit: "memory" | "pids", { config, engine }: FailedCall): FailureReason | undefined {
  if (!hasContainer(engine)) return undefined;
  const { source } = config[`container.${limit}`];
  const met =
    limit === "memory"
      ? "memory was met, and processes were killed"
      : "processes was met, and no more could start";
  return {
    code: `limit.${limit}`,
    sentence: `the limit of ${met} (key: sandhook.container.${limit}, ${renderSource(source)}); it counts for everything that runs in this project's container`,
  };
}

/** What programs of ours have said themselves: that nothing was run, or what ended the command. */
export function judgeOwnWord(clue: OwnWord, call: FailedCall): FailureReason | undefined {
  switch (clue.kind) {
    case "not-started":
      return judgeStart(clue.code);
    case "limit":
      return judgeLimit(clue.limit, call);
    case "container-gone":
      if (!hasContainer(call.engine)) return undefined;
      return {
        code: "container.gone",
        sentence:
          "the project's container was stopped, removed or killed while the command ran, which ended the command; whether it did its work is not known. The next command starts another container",
      };
  }
}
