import type { FileFacts, Host } from "../core/host.ts";
import type { HostPath } from "../core/paths.ts";

function remember<T>(ask: (path: string) => T): (path: string) => T {
  const answers = new Map<string, T>();
  return (path) => {
    const known = answers.get(path);
    if (known !== undefined || answers.has(path)) return known as T;
    const answer = ask(path);
    answers.set(path, answer);
    return answer;
  };
}

/**
 * A host that asks the machine once for each path, program and digest, for the length of one decision: a plan names the same folders dozens
 * of times, and all of its parts should see them in the same state. Not for a process that lives on.
 */
export function rememberingHost(host: Host): Host {
  return {
    ...host,
    readText: remember<string | undefined>((path) => host.readText(path as HostPath)),
    inspect: remember<FileFacts | undefined>((path) => host.inspect(path)),
    realPath: remember<HostPath | undefined>((path) => host.realPath(path)),
    findProgram: remember<HostPath | undefined>((name) => host.findProgram(name)),
    digest: remember<string>((text) => host.digest(text)),
  };
}
