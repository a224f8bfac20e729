import { spawnSync } from "node:child_process";
import * as z from "zod";
import { settingsReader } from "../config/settings-reader.ts";
import type { AuditEvent } from "../core/audit.ts";
import { isSandboxError } from "../core/errors.ts";
import { type HostPath, hostPath } from "../core/paths.ts";
import { chooseEngine } from "../engine/choose.ts";
import { nodeHost } from "../host/node-host.ts";
import { resolveProject } from "../pipeline.ts";
import { auditPlace } from "./audit/place.ts";
import { readNewest } from "./audit/read-records.ts";
import { findLaunch } from "./launch-store.ts";
import { locateSite } from "./site.ts";

/** A status line is drawn after every message: of the log only the end is read. */
const TAIL = { bytes: 256 * 1024, files: 1 } as const;

/** What Claude Code says to a status line's command; other fields pass. */
const session = z.object({
  session_id: z.string().optional().catch(undefined),
  cwd: z.string().optional().catch(undefined),
  workspace: z
    .object({ project_dir: z.string().optional().catch(undefined) })
    .optional()
    .catch(undefined),
});

function parseSession(text: string): z.infer<typeof session> {
  try {
    return session.parse(JSON.parse(text));
  } catch {
    return { session_id: undefined, cwd: undefined, workspace: undefined }; // Typed by a person, not by the client.
  }
}

/** Refused calls of a session, and connections that were refused to its commands. */
export function countRefusals(entries: readonly AuditEvent[], id: string | undefined): number {
  const own = entries.filter((entry) => entry.event === "decision" && entry.session === id);
  const jobs = new Set(own.map(({ job }) => job).filter((job) => job !== undefined));
  const calls = own.filter(({ decision }) => decision === "refuse").length;
  const connections = entries
    .filter(({ event, job }) => event === "run" && job !== undefined && jobs.has(job))
    .reduce((sum, { refusals }) => sum + (refusals?.length ?? 0), 0);
  return calls + connections;
}

function describe(folder: HostPath, id: string | undefined): string {
  const host = nodeHost(process.env);
  const { state } = locateSite(host, hostPath("/"));
  const launcher = findLaunch(state, settingsReader);
  const { config } = resolveProject(host, folder, settingsReader, { launcher });
  if (!config.enabled.value) return "NO SANDBOX";
  const engine = chooseEngine(config, host).name;
  const refused = id === undefined ? 0 : countRefusals(readNewest(auditPlace(state), TAIL), id);
  const parts = [engine, `network ${config["network.mode"].value}`];
  return [...parts, ...(refused === 0 ? [] : [`${refused} refused`])].join(" · ");
}

/** Our part of the status line, one line without escape codes; a failure is a part of it, since commands fail too. */
export function renderStatusline(input: string, cwd: string): string {
  const { session_id: id, cwd: at = cwd, workspace } = parseSession(input);
  try {
    return `sandhook: ${describe(hostPath(workspace?.project_dir ?? at), id)}`;
  } catch (error) {
    return `sandhook: refuses commands (${isSandboxError(error) ? error.code : "failure"}); type: sandhook doctor`;
  }
}

/** What a status line of the user's own prints for the same session, above ours. */
export function runOther(command: string, input: string): string {
  const { stdout } = spawnSync("/bin/sh", ["-c", command], {
    input,
    encoding: "utf8",
    stdio: ["pipe", "pipe", "inherit"],
  });
  return stdout === "" || stdout.endsWith("\n") ? stdout : `${stdout}\n`;
}
