import { describe, expect, it } from "vitest";
import { BUILT_IN_PROFILES, PROXIED_PROFILES } from "../../../../src/engine/seatbelt/profile-table.ts";
import { PROXIED, renderCase } from "../../../support/seatbelt-case.ts";

describe("whole profiles", () => {
  it.each(BUILT_IN_PROFILES)("%s stays as it is", async (profile) => {
    const { text, parameters } = renderCase({
      profile,
      network: PROXIED_PROFILES.includes(profile) ? PROXIED : { mode: "open" },
    });
    const operands = parameters.map(({ name, value }) => `; -D ${name}=${value}`).join("\n");
    await expect(`${text}\n${operands}\n`).toMatchFileSnapshot(`snapshots/${profile}.sb`);
  });
});
