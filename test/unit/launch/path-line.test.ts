import { describe, expect, it } from "vitest";
import { addPathLine, removePathLine } from "../../../src/install/shim/path-line.ts";

const FOLDER = "/home/it's me/.local/share/sandhook/shim";

describe.each(["posix", "fish"] as const)("the line on PATH (%s)", (syntax) => {
  it.each([undefined, "", "\n", "a", "a\n", "a\n\n", "\r\nb\r\n", "# sandhook\n"])(
    "comes out of %j exactly",
    (text) => {
      const added = addPathLine(text, FOLDER, syntax);
      expect(added).not.toBe(text);
      expect(addPathLine(added, FOLDER, syntax)).toBe(added);
      expect(removePathLine(added)).toBe(text);
    },
  );

  it("leaves what was written behind it", () => {
    expect(removePathLine(`${addPathLine("a\n", FOLDER, syntax)}b\n`)).toBe("a\nb\n");
    expect(removePathLine(`${addPathLine(undefined, FOLDER, syntax)}b\n`)).toBe("b\n");
  });

  it("is not taken for a line of somebody else's", () => {
    const foreign = 'export PATH=/opt/tools:"$PATH" # sandhook\nexport PATH=/x/sandhook/shim:"$PATH"\n';
    expect(removePathLine(foreign)).toBe(foreign);
  });
});
