import { EngineError } from "../../core/errors.ts";

/** Where each package manager keeps what it has fetched, below HOME. */
const CACHES: Readonly<Record<string, readonly string[]>> = {
  npm: [".npm"],
  pip: [".cache/pip"],
  cargo: [".cargo/registry", ".cargo/git"],
  go: ["go/pkg/mod", ".cache/go-build"],
  maven: [".m2/repository"],
};

/**
 * The volumes of shared caches: one per cache, folder and account. `owner` tells the accounts of one daemon apart.
 * @throws EngineError `container.unknown-cache`
 */
export function planCaches(
  names: readonly string[],
  home: string,
  owner: string,
): { readonly name: string; readonly target: string }[] {
  return [...new Set(names)].flatMap((name) => {
    const folders = Object.hasOwn(CACHES, name) ? CACHES[name] : undefined;
    if (folders === undefined) {
      throw new EngineError({
        code: "container.unknown-cache",
        message: `sandhook.container.caches names ${JSON.stringify(name)}, and there is no such cache`,
        hint: `Use some of: ${Object.keys(CACHES).join(", ")}`,
      });
    }
    return folders.map((folder, index) => ({
      name: `sandhook-cache-${owner}-${name}${index === 0 ? "" : `-${index}`}`,
      target: `${home}/${folder}`,
    }));
  });
}
