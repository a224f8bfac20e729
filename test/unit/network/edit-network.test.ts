import { describe, expect, it } from "vitest";
import { allowDomains } from "../../../src/install/edit-network.ts";

const allow = (text: string | undefined): string => allowDomains(text, ["a.test", "b.test"], "settings.json");

describe("allowDomains", () => {
  it.each([
    [undefined, { sandhook: { network: { allowedDomains: ["a.test", "b.test"] } } }],
    ["{}", { sandhook: { network: { allowedDomains: ["a.test", "b.test"] } } }],
    [
      '{"model":"opus","sandhook":{"engine":"docker"}}',
      { model: "opus", sandhook: { engine: "docker", network: { allowedDomains: ["a.test", "b.test"] } } },
    ],
    [
      '{"sandhook":{"network":"allowlist"}}',
      { sandhook: { network: { mode: "allowlist", allowedDomains: ["a.test", "b.test"] } } },
    ],
    [
      '{"sandhook":{"network":{"allowedDomains":["b.test","c.test"],"presets":["npm"]}}}',
      { sandhook: { network: { allowedDomains: ["b.test", "c.test", "a.test"], presets: ["npm"] } } },
    ],
    [
      '{"sandhook":{"network":{"allowedDomains":[]}}}',
      { sandhook: { network: { allowedDomains: ["a.test", "b.test"] } } },
    ],
  ])("adds to %j", (text, expected) => {
    expect(JSON.parse(allow(text))).toEqual(expected);
  });

  it("keeps every byte outside of the network", () => {
    const head = '{\n\t"env": {  "A":"1" },\n\t"sandhook": {\n\t\t"engine" : "docker",\n\t\t"network": {';
    const tail = '\n\t}, "model":  1\n}\n';
    const after = allow(`${head} "allowedDomains": [ "z.test" ] }${tail}`);
    expect([after.slice(0, head.length), after.slice(-tail.length)]).toEqual([head, tail]);
  });

  it.each([
    ['{"sandhook":{"network":{"allowedDomains":"a.test"}}}', "allowedDomains is not a list"],
    ['{"sandhook":', "not valid JSON"],
  ])("refuses %s", (text, words) => {
    expect(() => allow(text)).toThrow(words);
  });
});
