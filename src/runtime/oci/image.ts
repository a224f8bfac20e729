import type { ContainerSpec, ImageStep } from "../../engine/oci/container-spec.ts";
import { type Client, mustRun } from "./client.ts";
import { relayBuild, type Say } from "./progress.ts";

async function findImage(client: Client, reference: string): Promise<string | undefined> {
  const found = await client.run(["image", "inspect", "--format", "{{.Id}}", reference]);
  return found.ok ? found.stdout.trim() : undefined;
}

async function build(client: Client, { origin, tag, text }: ImageStep, say: Say): Promise<void> {
  say(`building the image ${tag} from ${origin} (once, some minutes)`);
  await mustRun(
    client,
    ["build", "--label", `sandhook.image=${tag}`, "--tag", tag, "-"],
    {
      code: "image.build-failed",
      message: `the image of the project's container could not be built from ${origin}`,
      hint: "Check that file and the network, or name an image that is there: sandhook.container.image",
    },
    { input: text, onLine: relayBuild(say) },
  );
}

async function pull(client: Client, reference: string, say: Say): Promise<void> {
  say(`pulling the image ${reference}`);
  await mustRun(
    client,
    ["pull", "--quiet", reference],
    {
      code: "image.unavailable",
      message: `the image ${reference} is not here and could not be pulled`,
      hint: `Try: ${client.words[0] ?? ""} pull ${reference}. Or correct sandhook.container.image.`,
    },
    { onLine: relayBuild(say) },
  );
}

/**
 * The id of the project's image, built or pulled first when it is not there.
 * @throws EngineError `image.build-failed`, `image.unavailable`
 */
export async function ensureImage(client: Client, { image }: ContainerSpec, say: Say): Promise<string> {
  const reference = image.kind === "build" ? (image.steps.at(-1)?.tag ?? "") : image.reference;
  const known = await findImage(client, reference);
  if (known !== undefined) return known;
  if (image.kind === "reference") await pull(client, reference, say);
  else {
    for (const step of image.steps)
      if ((await findImage(client, step.tag)) === undefined) await build(client, step, say);
  }
  return mustRun(client, ["image", "inspect", "--format", "{{.Id}}", reference], {
    code: "image.unavailable",
    message: `the image ${reference} is not there after it was made`,
    hint: "Run the command again; if this repeats, type: sandhook doctor",
  }).then((id) => id.trim());
}
