import { mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { Script } from "node:vm";

/** Filled in by the build: the part's name, and the digest of its text. */
declare const PART: string;
declare const DIGEST: string;

/**
 * Starts one part of the product from what V8 compiled of it the last time, which spares a third of our share of a call.
 *
 * V8 looks only at its own version, its flags and the length of the text, and trusts the bytes of the cache: so the
 * digest of the text is in the cache's name, and a cache is its bytes twice, of which a damaged one is told by comparing
 * (a checksum would cost more than the cache spares). Whatever is wrong with it, the text is compiled as usual.
 * The folder lies beside the versions: what is in it runs with the rights of the hook. Every sandbox hides it, and in an
 * installation for every user of a machine only root can write it.
 */
const text = `${__dirname}/${PART}.js`;
const folder = `${__dirname}/../../../code-cache`;
const cache = `${PART}-${process.version}-${process.arch}-${DIGEST}`;

function readCache(): Buffer | undefined {
  try {
    const twice = readFileSync(`${folder}/${cache}`);
    const data = twice.subarray(0, twice.length / 2);
    return data.length > 0 && data.equals(twice.subarray(data.length)) ? data : undefined;
  } catch {
    return undefined; // The first call of a version; the end of this process writes it.
  }
}

/** At the end of a call, when the functions that calls need are compiled and the answer has been given. */
function writeCache(): void {
  try {
    mkdirSync(folder, { mode: 0o700 });
  } catch {
    // It is there, or there is no state to put it in.
  }
  const partial = `${folder}/.${cache}-${String(process.pid)}`;
  try {
    const data = script.createCachedData();
    writeFileSync(partial, Buffer.concat([data, data]), { flag: "wx", mode: 0o644 });
    renameSync(partial, `${folder}/${cache}`);
    for (const name of readdirSync(folder))
      if (name !== cache && name.startsWith(`${PART}-v`)) rmSync(`${folder}/${name}`, { force: true });
  } catch {
    // No space, or not ours to write: the next call compiles again.
  }
}

const cachedData = readCache();
const script = new Script(readFileSync(text, "utf8"), {
  filename: text,
  ...(cachedData === undefined ? {} : { cachedData }),
});
if (cachedData === undefined || script.cachedDataRejected === true) process.once("exit", writeCache);
(script.runInThisContext() as (...args: unknown[]) => void)(exports, require, module, text, __dirname);
