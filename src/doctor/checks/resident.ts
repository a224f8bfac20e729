import { renderFailure } from "../../core/errors.ts";
import { joinHost } from "../../core/paths.ts";
import { layoutFor } from "../../install/layout.ts";
import { residentFolders, talkToResident } from "../../runtime/resident/talk.ts";
import type { Check } from "../context.ts";
import type { Fact } from "../fact.ts";

/** Whether calls are answered by a process that lives on, and whether it does. */
export const resident: Check = {
  name: "resident",
  async find({ host, site }) {
    if (host.inspect(joinHost(layoutFor(host.home).current, "libexec/helper")) === undefined)
      return [{ kind: "resident.none" }];
    const facts: Fact[] = [];
    for (const folder of residentFolders(site.state)) {
      try {
        const status = await talkToResident(folder, "status");
        if (status !== undefined) facts.push({ kind: "resident.alive", ...status });
      } catch (error) {
        facts.push({ kind: "resident.silent", folder, reason: renderFailure(error) });
      }
    }
    return facts.length === 0 ? [{ kind: "resident.asleep" }] : facts;
  },
};
