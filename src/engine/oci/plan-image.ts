import { EngineError } from "../../core/errors.ts";
import type { Site } from "../../core/engine.ts";
import type { Host } from "../../core/host.ts";
import { type HostPath, joinHost } from "../../core/paths.ts";
import type { Plan } from "../../core/plan.ts";
import type { ImageSource, ImageStep } from "./container-spec.ts";

/** What the user wants in every image: lines of a Dockerfile without FROM. */
const FRAGMENT = ".config/sandhook/Dockerfile";

const REFERENCE = /^[A-Za-z0-9][A-Za-z0-9._/:@-]*$/;

function readDockerfile(host: Host, file: HostPath, hint: string): string {
  const text = host.readText(file);
  if (text !== undefined) return text;
  throw new EngineError({ code: "image.no-dockerfile", message: `${file} is missing`, hint });
}

function step(host: Host, origin: string, text: string): ImageStep {
  return { origin, text, tag: `sandhook:${host.digest(text).slice(0, 16)}` };
}

function readFragment(host: Host): { file: HostPath; text: string } | undefined {
  const file = joinHost(host.home, FRAGMENT);
  const text = host.readText(file);
  if (text === undefined || text.trim() === "") return undefined;
  if (!/^\s*FROM\s/im.test(text)) return { file, text };
  throw new EngineError({
    code: "image.fragment-from",
    message: `${file} holds a FROM, but it is added to the image of every project`,
    hint: "Remove the line that begins with FROM.",
  });
}

function checkReference(reference: string): string {
  if (REFERENCE.test(reference)) return reference;
  throw new EngineError({
    code: "image.bad-reference",
    message: `${JSON.stringify(reference)} is not the name of an image`,
    hint: "Write sandhook.container.image as name:tag or name@sha256:…",
  });
}

/** The Dockerfile that the image is built from, when none is named by reference. */
function baseStep({ container }: Plan, site: Site, host: Host): ImageStep {
  const own = container.dockerfile;
  const file = own ?? joinHost(site.profiles, "container/Dockerfile");
  const hint = own === undefined ? "Type: sandhook install" : "Correct sandhook.container.dockerfile.";
  return step(host, file, readDockerfile(host, file, hint));
}

/**
 * Where the image comes from, first that is given: a reference, the project's Dockerfile, the bundled one; on top of it
 * the user's own lines. Every step is named by its text and that of the step below, so that a change is a new image.
 * @throws EngineError `image.no-dockerfile`, `image.fragment-from`, `image.bad-reference`
 */
export function planImage(plan: Plan, site: Site, host: Host): ImageSource {
  const { image } = plan.container;
  const fragment = readFragment(host);
  const base = image === undefined ? baseStep(plan, site, host) : undefined;
  if (fragment === undefined && base !== undefined) return { kind: "build", steps: [base] };
  const reference = base?.tag ?? checkReference(image ?? "");
  if (fragment === undefined) return { kind: "reference", reference };
  const added = step(host, fragment.file, `FROM ${reference}\n${fragment.text}`);
  return { kind: "build", steps: base === undefined ? [added] : [base, added] };
}
