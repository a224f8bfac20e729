import type { Site } from "../core/engine.ts";
import { isSandboxError, renderFailure } from "../core/errors.ts";
import { hostPath } from "../core/paths.ts";
import type { ToolDecision, ToolUse } from "../core/tool-use.ts";
import { askReply, denyReply, type HookOutput, passReply } from "../protocol/hook-output.ts";
import { decideToolUse, renderObjection, type ToolPipelineInput } from "../tool-pipeline.ts";
import { audited } from "./audit/audited.ts";
import { outcomeOfTool, subjectOfUse } from "./audit/describe.ts";
import type { HookContext } from "./hook-context.ts";
import { loadPart } from "./load-part.ts";

interface WebRules {
  readonly decideWebFetch: ToolPipelineInput["judgeAddress"];
}

/** The rules about web addresses, loaded for the first one. */
function lazyWebRules(site: Site): WebRules["decideWebFetch"] {
  return (address, place) => (loadPart(site, "web-rules") as WebRules).decideWebFetch(address, place);
}

function replyTo(tool: string, decision: ToolDecision): HookOutput {
  switch (decision.kind) {
    case "pass":
      return passReply();
    case "ask":
      return askReply(renderObjection(tool, decision));
    case "refuse":
      return denyReply(renderObjection(tool, decision));
  }
}

function decideAndRecord(use: ToolUse, context: HookContext): ToolDecision {
  const { host, reader, site, launcher, projectFolder } = context;
  const { state } = site;
  return audited({ host, state, door: "hook", subject: subjectOfUse(use) }, (pen) => {
    const decision = decideToolUse({
      host,
      reader,
      projectFolder: projectFolder === undefined ? use.cwd : hostPath(projectFolder),
      use,
      launcher,
      temporary: site.temporary,
      judgeAddress: lazyWebRules(site),
      resolved: pen.resolved,
    });
    pen.write(outcomeOfTool(decision));
    return decision;
  });
}

/** PreToolUse of a file or web tool: the reply refuses, asks, or leaves the client's own flow in place. */
export function answerFileTool(use: ToolUse, context: HookContext): HookOutput {
  try {
    return replyTo(use.tool, decideAndRecord(use, context));
  } catch (error) {
    if (isSandboxError(error)) return denyReply(`${use.tool} was not run: ${renderFailure(error)}`);
    throw error;
  }
}
