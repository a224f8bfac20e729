import { missingGates, renderVersion } from "../../install/client-version.ts";
import { clientPlaces, probeClient } from "../../install/probe-client.ts";
import type { Check } from "../context.ts";
import type { Fact } from "../fact.ts";

/** Which Claude Code is installed, and what of it sandhook has to do without. */
export const client: Check = {
  name: "client",
  async find({ host, searchPath }) {
    const places = clientPlaces({ home: host.home, ...(searchPath !== undefined && { PATH: searchPath }) });
    const probe = await probeClient(places);
    if (probe.kind === "unknown") return [{ kind: "client.unknown", reason: probe.reason }];
    const version = renderVersion(probe.version);
    const lacks = missingGates(probe.version).map(({ name, since, before, effect }): Fact => ({
      kind: "client.lacks",
      version,
      name,
      since: renderVersion(since),
      before,
      required: effect === "required",
    }));
    return [{ kind: "client.found", program: probe.program, version }, ...lacks];
  },
};
