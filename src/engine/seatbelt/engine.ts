import type { Engine } from "../../core/engine.ts";
import { SANDBOX_EXEC } from "./argv.ts";
import { renderParameters } from "./parameters.ts";
import { probeSeatbelt } from "./probe.ts";
import { renderProfile } from "./render-profile.ts";
import { supportsPlan } from "./supports.ts";

/** The name of the profile in the job; the runner knows the folder. */
const PROFILE_FILE = "profile.sb";

/**
 * macOS sandbox-exec, one sandbox per command. The step is `run_seatbelt PROFILE PROGRAM OPERAND…`: the profile by
 * its name in the job folder, which only the runner knows. The runner completes it to what `seatbeltArgv` describes:
 * `PROGRAM -f <job folder>/PROFILE OPERAND… -- <shell> …`.
 */
export const seatbelt: Engine = {
  name: "seatbelt",
  probe: probeSeatbelt,
  supports: supportsPlan,
  render(plan, site, host) {
    const profile = renderProfile(plan, site, host);
    return {
      engine: "seatbelt",
      steps: [["run_seatbelt", PROFILE_FILE, SANDBOX_EXEC, ...renderParameters(profile.parameters)]],
      files: [{ name: PROFILE_FILE, content: profile.text }],
    };
  },
};
