import { isOwnHandler } from "../../config/own-registration.ts";
import { managedLayout, onDisk } from "../../install/managed/place.ts";
import { verifyManaged } from "../../install/managed/verify-managed.ts";
import type { Check } from "../context.ts";
import type { Fact } from "../fact.ts";
import { handlersOf, readSettingsFiles } from "../settings-files.ts";

/**
 * Whether an installation for every user is what was installed, and whether the organisation lets a user's own hooks
 * run. Settings that come from a server or from device management are not seen.
 */
export const managed: Check = {
  name: "managed",
  find(context) {
    const { host, managedPlace: place } = context;
    const hasDropIn = host.inspect(onDisk(place, place.dropIn)) !== undefined;
    const { root, current } = managedLayout(place);
    const facts: Fact[] = [];
    if (hasDropIn || host.inspect(current) !== undefined) {
      const found = verifyManaged({ place, runtime: undefined, runtimeOnly: !hasDropIn });
      facts.push(...found.map(({ path, problem }): Fact => ({ kind: "managed.altered", path, problem })));
      if (found.length === 0) facts.push({ kind: "managed.intact", root });
    }
    const organisation = readSettingsFiles(context).filter(({ scope }) => scope === "managed");
    const registers = organisation.some((seen) =>
      handlersOf(seen).some(({ handler }) => isOwnHandler(handler)),
    );
    const only = organisation.find(({ settings }) => settings["allowManagedHooksOnly"] === true);
    if (only !== undefined && !registers) facts.push({ kind: "managed.excludes", file: only.file });
    return facts;
  },
};
