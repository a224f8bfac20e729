import { z } from "zod";
import { NEWEST_RELEASE } from "../../support/client-release.ts";
import { runClient } from "../../support/client.ts";
import { bash } from "../../support/script.ts";
import { makeTempHome } from "../../support/temp-home.ts";
import type { Group } from "./pairs.ts";

/** `ask` is a refusal in print mode that no rule ordered: a person would have been asked. */
export type ClientVerdict = "allow" | "ask" | "deny";

const judged = z.looseObject({
  type: z.literal("user"),
  tool_result_meta: z.array(
    z.looseObject({
      id: z.string(),
      non_execution_kind: z.string().optional(),
      permission_decision: z.looseObject({ decision: z.string() }).optional(),
    }),
  ),
});

/** Plays the commands of a group in one session of the real client without any hook, one call per turn. */
export async function readClientVerdicts({ rules, commands }: Group): Promise<readonly ClientVerdict[]> {
  const user = makeTempHome({ files: { "project/f": "x\n", "project/sub/g": "" } });
  const script = commands.map((command, at) => ({ calls: [bash(`call-${at}`, command)] }));
  const options = { release: NEWEST_RELEASE, user, script, permissionMode: "default" } as const;
  const { messages } = await runClient({ ...options, settings: { permissions: rules }, timeout: 240_000 });
  const metas = messages.flatMap((message) => judged.safeParse(message).data?.tool_result_meta ?? []);
  return commands.map((command, at) => {
    const meta = metas.find(({ id }) => id === `call-${at}`);
    if (meta === undefined) throw new Error(`The client gave no verdict on ${JSON.stringify(command)}.`);
    if (meta.permission_decision?.decision === "accept") return "allow";
    return meta.non_execution_kind === "permission-rule" ? "deny" : "ask";
  });
}
