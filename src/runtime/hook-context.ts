import type { LauncherOptions, SettingsReader } from "../config/read-layers.ts";
import type { Site } from "../core/engine.ts";
import type { Host } from "../core/host.ts";

/** What the hook's entry knows before it reads the event. */
export interface HookContext {
  readonly host: Host;
  readonly site: Site;
  readonly reader: SettingsReader;
  /** What the session was launched with; see launch-store.ts. */
  readonly launcher: LauncherOptions | undefined;
  /** `CLAUDE_PROJECT_DIR`; the call's own folder when the client did not say. */
  readonly projectFolder: string | undefined;
}
