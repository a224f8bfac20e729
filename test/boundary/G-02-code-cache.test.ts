import { chmodSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { askHook, type Ground } from "../engines/ground.ts";
import { bubblewrapGround } from "../support/bubblewrap-ground.ts";
import { engineAvailable } from "../support/engines.ts";

const folderOf = (ground: Ground): string => path.join(ground.home, ".local/share/sandhook/code-cache");

/** The cache of the hook's own part. */
function cacheOf(ground: Ground): string {
  const names = readdirSync(folderOf(ground)).filter((name) => name.startsWith("pre-tool-use-"));
  expect(names).toHaveLength(1);
  return path.join(folderOf(ground), names[0] ?? "");
}

/** The reply without the job's id. */
const answer = (ground: Ground): string =>
  JSON.stringify(askHook(ground, "true")).replaceAll(/[0-9a-f]{16}/g, "ID");

const flipped = (bytes: Buffer, at: number): Buffer => {
  const copy = Buffer.from(bytes);
  copy.writeUInt8(copy.readUInt8(at) ^ 0xff, at);
  return copy;
};

describe.runIf(engineAvailable("bubblewrap"))("the compiled code of an earlier call", () => {
  it("G-02 is used again, and changes no answer", () => {
    const ground = bubblewrapGround();
    const first = answer(ground);
    const before = statSync(cacheOf(ground)).ino;
    expect(answer(ground)).toBe(first);
    expect(statSync(cacheOf(ground)).ino).toBe(before);
    expect(first).toContain("sandboxed by bubblewrap");
  });

  it("G-02 is not trusted when it is damaged, cut or empty, and is made anew", () => {
    const ground = bubblewrapGround();
    const first = answer(ground);
    const cache = cacheOf(ground);
    const good = readFileSync(cache);
    const places = [0.01, 0.2, 0.35, 0.42, 0.6, 0.99].map((share) => Math.floor(share * good.length));
    const damaged = [
      ...places.map((at) => flipped(good, at)),
      ...[0, 1, 100, good.length / 2, good.length - 1].map((length) => good.subarray(0, length)),
      Buffer.alloc(good.length),
    ];
    for (const bytes of damaged) {
      writeFileSync(cache, bytes);
      expect(answer(ground)).toBe(first);
      expect(readFileSync(cache).equals(bytes)).toBe(false);
    }
  });

  it("G-02 is not taken for that of another part or another text", () => {
    const ground = bubblewrapGround();
    const first = answer(ground);
    const other = readdirSync(folderOf(ground)).find((name) => name.startsWith("settings-reader-")) ?? "";
    writeFileSync(cacheOf(ground), readFileSync(path.join(folderOf(ground), other)));
    expect(answer(ground)).toBe(first);
  });

  it("G-02 may be missing for good", () => {
    const ground = bubblewrapGround();
    const first = answer(ground);
    rmSync(folderOf(ground), { recursive: true });
    writeFileSync(folderOf(ground), "");
    expect(answer(ground)).toBe(first);
    rmSync(folderOf(ground));
    chmodSync(path.dirname(folderOf(ground)), 0o500);
    expect(answer(ground)).toBe(first);
    chmodSync(path.dirname(folderOf(ground)), 0o700);
  });
});
