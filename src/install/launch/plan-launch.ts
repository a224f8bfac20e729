import { GATE_VARIABLE } from "../../config/own-registration.ts";
import { settingsReader } from "../../config/settings-reader.ts";
import type { Host } from "../../core/host.ts";
import { type HostPath, hostPath } from "../../core/paths.ts";
import { nodeHost } from "../../host/node-host.ts";
import { quote } from "../../rewrite/quote.ts";
import { DEFAULT_AUDIT, recordEvent } from "../../runtime/audit/record-event.ts";
import { newJobId } from "../../runtime/job-store.ts";
import { canBindLaunch, prepareLaunch, recordLaunch, writePrivately } from "../../runtime/launch-store.ts";
import { type WantedGroup, addHooks } from "../edit-settings.ts";
import { canBePrefix, foreignPrefix, gatePrefix } from "../gate-prefix.ts";
import { wantedGroups } from "../install.ts";
import { layoutFor } from "../layout.ts";
import { ensureChain } from "../runtime.ts";
import { type InstallEnvironment, locateSettings, readEnvironment } from "../scope.ts";
import { readSettingsFile } from "../settings-file.ts";
import { checkSession } from "./check-session.ts";
import { type LaunchRequest, parseLaunch, refuseDetached } from "./parse-launch.ts";
import { renderSessionSettings } from "./session-settings.ts";
import { type SettingsFlag, takeSettingsFlag } from "./settings-flag.ts";

type Variables = Readonly<Record<string, string | undefined>>;

export interface LaunchInput {
  /** The process that becomes the client. */
  readonly pid: number;
  readonly words: readonly string[];
  readonly variables: Variables;
  readonly cwd: string;
  readonly node: string;
}

/** What the launcher's script does next. */
export interface LaunchPlan {
  readonly clientArgs: readonly string[];
  /** Told to the person before the client starts. */
  readonly notice: string | undefined;
}

/**
 * Who started a session with which options; one without a sandbox does not start unrecorded.
 * @throws EngineError `audit.not-written`
 */
function recordLaunched(host: Host, state: HostPath, cwd: string, request: LaunchRequest): void {
  const { sandboxed, sandhook: options } = request;
  const time = new Date().toISOString();
  const decision = sandboxed ? "sandbox" : "outside";
  recordEvent(
    state,
    { id: newJobId(), time, event: "launch", cwd, decision, options },
    { settings: { ...DEFAULT_AUDIT, required: !sandboxed }, digest: (text) => host.digest(text) },
  );
}

/** The same handlers as in the user's settings when they stand there: the client runs equal ones once. */
function groupsFor(environment: InstallEnvironment, text: string, file: string): readonly WantedGroup[] {
  const forms = [undefined, [2, 1, 220] as const, [2, 1, 330] as const].map((client) =>
    wantedGroups("user", environment, client),
  );
  const registered = forms.find((wanted) => addHooks(text, wanted, file).splices.length === 0);
  return registered ?? wantedGroups("user", environment, undefined);
}

function variablesIn(text: string, file: HostPath): Variables {
  const settings = text.trim() === "" ? {} : settingsReader.parse(text, file);
  const { env } = settings as { readonly env?: Variables };
  return env ?? {};
}

/** The client's arguments for a sandboxed session; writes the settings file that they name. */
function sandboxedArgs(input: LaunchInput, flag: SettingsFlag, settings: HostPath): readonly string[] {
  const environment = readEnvironment(input.variables, input);
  const layout = layoutFor(environment.home);
  const { file: userFile } = locateSettings("user", environment);
  const { text = "" } = readSettingsFile(userFile);
  const own = { ...input.variables, ...variablesIn(text, userFile) };
  const given = (flag.settings["env"] ?? {}) as Variables;
  const chained = foreignPrefix(given[GATE_VARIABLE] ?? own[GATE_VARIABLE]);
  if (chained !== undefined) ensureChain(layout, chained);
  writePrivately(
    settings,
    renderSessionSettings({
      given: flag.settings,
      groups: groupsFor(environment, text, userFile),
      gate: canBePrefix(layout.root) ? gatePrefix(layout.root, chained) : undefined,
      environment: own,
    }),
  );
  return ["--settings", settings, ...flag.rest];
}

/**
 * Prepares a session: checks that its options can be kept, binds them to the process that becomes the client, and gives
 * that client's arguments.
 * @throws SandboxError: the client is then not started
 */
export function planLaunch(input: LaunchInput): LaunchPlan {
  const request = parseLaunch(input.words, input.variables["SANDHOOK"]);
  refuseDetached(request.clientArgs);
  const host = nodeHost(input.variables);
  const { root } = layoutFor(host.home);
  const canBind = canBindLaunch(input.pid);
  checkSession({ host, reader: settingsReader, cwd: hostPath(input.cwd), canBind }, request);
  const files = prepareLaunch(root, input.pid);
  const flag = takeSettingsFlag(request.clientArgs, input.cwd);
  if (canBind) recordLaunch(files, { sandhook: request.sandhook, permissions: flag.settings["permissions"] });
  recordLaunched(host, root, input.cwd, request);
  if (request.sandboxed) {
    return { clientArgs: sandboxedArgs(input, flag, files.settings), notice: undefined };
  }
  const notice = "sandhook: this session runs its commands WITHOUT a sandbox (--no-sandbox)";
  return { clientArgs: request.clientArgs, notice };
}

/** The plan as words that the launcher's script evaluates. */
export function renderLaunch({ clientArgs }: LaunchPlan): string {
  return `set -- ${clientArgs.map(quote).join(" ")}\n`;
}
