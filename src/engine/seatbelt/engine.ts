import type { Engine } from "../../core/engine.ts";
import { renderParameters } from "./parameters.ts";
import { probeSeatbelt } from "./probe.ts";
import { renderProfile } from "./render-profile.ts";
import { supportsPlan } from "./supports.ts";

/** The name of the profile in the job; the runner knows the folder. */
const PROFILE_FILE = "profile.sb";

/**
 * macOS sandbox-exec, one sandbox per command. The step names the profile by its file in the job and passes the path
 * operands; the runner completes it to `sandbox-exec -f <job folder>/profile.sb <operands> -- <shell> …`.
 */
export const seatbelt: Engine = {
  name: "seatbelt",
  probe: probeSeatbelt,
  supports: supportsPlan,
  render(plan, site, host) {
    const profile = renderProfile(plan, site, host);
    return {
      engine: "seatbelt",
      steps: [["enter_seatbelt", PROFILE_FILE, ...renderParameters(profile.parameters)]],
      files: [{ name: PROFILE_FILE, content: profile.text }],
    };
  },
};
