import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { quoteText } from "../../../src/policy/network/quote-text.ts";

describe("quoteText", () => {
  it.each([
    ["plain", '"plain"'],
    ['a"b\\', '"a\\"b\\\\"'],
    ["a\r\nb", '"a\\r\\nb"'],
    ["\u001b[31m\u009b", '"\\u001b[31m\\u{9b}"'],
    ["\u202Etxt\u2028", '"\\u{202e}txt\\u{2028}"'],
    ["a\u007f", '"a\\u{7f}"'],
  ])("shows %j as %s", (text, shown) => {
    expect(quoteText(text)).toBe(shown);
  });

  it("gives one line of printable ASCII for any text", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        expect(quoteText(text)).toMatch(/^"[\x20-\x7e]*"$/u);
      }),
    );
  });
});
