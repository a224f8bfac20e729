import { layoutFor } from "../../install/layout.ts";
import type { Check } from "../context.ts";

const MEGABYTE = 1024 * 1024;
/** Below this a job with a long command may not fit. */
const FULL_MB = 16;
const LOW_MB = 512;

/** Room for jobs. */
export const disk: Check = {
  name: "disk",
  async find({ host, freeBytes }) {
    const { root } = layoutFor(host.home);
    const folder = host.inspect(root) === undefined ? host.home : root;
    const megabytes = Math.floor((await freeBytes(folder)) / MEGABYTE);
    return megabytes >= LOW_MB ? [] : [{ kind: "disk.low", folder, megabytes, full: megabytes < FULL_MB }];
  },
};
