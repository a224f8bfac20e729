import type { Attempt } from "../attempt.ts";
import { environment } from "./environment.ts";
import { git } from "./git.ts";
import { links } from "./links.ts";
import { network } from "./network.ts";
import { privilege } from "./privilege.ts";
import { processes } from "./processes.ts";
import { secrets } from "./secrets.ts";
import { settings } from "./settings.ts";
import { sockets } from "./sockets.ts";
import { stateTampering } from "./state.ts";
import { writing } from "./writing.ts";

/** Every attempt, in the order in which they are made: what destroys its own ground comes late in its topic. */
export const ATTEMPTS: readonly Attempt[] = [
  ...writing,
  ...secrets,
  ...links,
  ...git,
  ...settings,
  ...environment,
  ...processes,
  ...network,
  ...sockets,
  ...privilege,
  ...stateTampering,
];
