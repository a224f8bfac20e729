import type { Decision } from "../../core/decision.ts";
import { hostPath } from "../../core/paths.ts";
import { decide } from "../../pipeline.ts";
import type { SessionEvent } from "../../protocol/session-events.ts";
import { ensureState } from "../answer-tool-call.ts";
import type { HookContext } from "../hook-context.ts";
import { lazyPatterns } from "../lazy-judge.ts";

/** What the pipeline makes of a command that does nothing: the answer to whether, where and how commands would run.
 * @throws SandboxError of any area, as for a command
 */
export function decideSample(event: SessionEvent, context: HookContext): Decision {
  const { host, site, reader, launcher, projectFolder } = context;
  ensureState(site);
  return decide({
    host,
    reader,
    launcher,
    projectFolder: projectFolder === undefined ? event.cwd : hostPath(projectFolder),
    call: {
      tool: "Bash",
      command: ":",
      cwd: event.cwd,
      sessionId: event.sessionId,
      toolUseId: undefined,
      agentId: undefined,
      permissionMode: undefined,
      background: false,
      wantsUnsandboxed: false,
    },
    toolInput: {},
    judge: () => ({ kind: "none" }), // Nothing is asked for.
    patterns: lazyPatterns(site),
    temporary: site.temporary,
  });
}
