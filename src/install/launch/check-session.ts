import { locateLayers } from "../../config/layers.ts";
import { readLayers, type SettingsReader } from "../../config/read-layers.ts";
import type { SandhookSettings } from "../../config/schema.ts";
import { renderSource } from "../../config/source.ts";
import { PolicyError } from "../../core/errors.ts";
import type { Host } from "../../core/host.ts";
import { type HostPath, ORGANISATION_ROOT } from "../../core/paths.ts";
import { chooseEngine } from "../../engine/choose.ts";
import { resolveProject } from "../../pipeline.ts";
import type { LaunchRequest } from "./parse-launch.ts";

export interface SessionPlace {
  readonly host: Host;
  readonly reader: SettingsReader;
  readonly cwd: HostPath;
  /** False where options cannot be bound to a process. */
  readonly canBind: boolean;
}

/** The managed file that registers our hook or gate for everybody; undefined when none does. */
function requiringFile({ host, reader, cwd }: SessionPlace): HostPath | undefined {
  const managed = locateLayers(host, cwd).filter(({ scope }) => scope === "managed");
  const found = readLayers(host, managed, reader).find(({ settings: { hooks, env } }) =>
    JSON.stringify([hooks, env]).includes(`${ORGANISATION_ROOT}/`),
  );
  return found?.file;
}

function refuseBare(place: SessionPlace, { sandhook }: LaunchRequest): void {
  const file = requiringFile(place);
  const { enabled } = resolveProject(place.host, place.cwd, place.reader, { launcher: { sandhook } }).config;
  if (file === undefined && !enabled.value) return;
  throw new PolicyError({
    code: "launch.required",
    message: `--no-sandbox is not allowed here: ${file ?? renderSource(enabled.source)} requires the sandbox`,
    hint: "Ask whoever administers this machine.",
  });
}

function keysOf(sandhook: SandhookSettings): readonly string[] {
  return Object.keys(sandhook).map((key) => (key === "network" ? "network.mode" : key));
}

/** What was asked for and does not come into force is refused, never left out. */
function refuseOverruled(place: SessionPlace, { sandhook }: LaunchRequest): void {
  const { config } = resolveProject(place.host, place.cwd, place.reader, { launcher: { sandhook } });
  const overruled = config.ignored.find(
    ({ key, source }) => source.scope === "launcher" && keysOf(sandhook).includes(key),
  );
  if (overruled !== undefined || !config.enabled.value) {
    const key = overruled?.key ?? "enabled";
    const { source } = config[key as "enabled"];
    throw new PolicyError({
      code: "launch.overruled",
      message: `this session cannot have another ${key}: ${renderSource(source)} decides it`,
      hint: "Leave the option out, or ask whoever administers this machine.",
    });
  }
  chooseEngine(config, place.host);
}

/** Without a way to know a session's process again, only what the files say anyway can be kept. */
function refuseUnbound(place: SessionPlace, { sandboxed, sandhook }: LaunchRequest): void {
  const { config } = resolveProject(place.host, place.cwd, place.reader);
  const plain = sandboxed && Object.keys(sandhook).length === 1 && config.enabled.value;
  if (plain) return;
  throw new PolicyError({
    code: "launch.cannot-bind",
    message: "options of one session cannot be kept on this system: it has no /proc to know the session by",
    hint: 'Write them to your settings ("sandhook": { … } in ~/.claude/settings.json); plain --sandbox works.',
  });
}

/**
 * Everything that would make the session's commands be refused, or run otherwise than asked, said before it starts.
 * @throws PolicyError `launch.*`; EngineError `engine.unavailable`; InputError `config.*`
 */
export function checkSession(place: SessionPlace, request: LaunchRequest): void {
  if (!place.canBind) refuseUnbound(place, request);
  if (request.sandboxed) refuseOverruled(place, request);
  else refuseBare(place, request);
}
