import { layoutFor } from "../../install/layout.ts";
import type { Check } from "../context.ts";

const DAY_SECONDS = 24 * 60 * 60;

/** Jobs that nobody ran and nobody swept. An id begins with its time in seconds, in hex. */
export const jobs: Check = {
  name: "jobs",
  find({ host, now }) {
    const folder = layoutFor(host.home).jobs;
    const limit = Math.floor(now / 1000) - DAY_SECONDS;
    const stale = host
      .list(folder)
      .filter((name) => /^[0-9a-f]{16}(\.\w+)?$/.test(name) && parseInt(name.slice(0, 8), 16) < limit);
    return stale.length === 0 ? [] : [{ kind: "jobs.stale", count: stale.length, folder }];
  },
};
