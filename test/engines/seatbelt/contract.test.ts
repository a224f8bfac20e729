import { describe } from "vitest";
import { engineAvailable } from "../../support/engines.ts";
import { describeContract } from "../contract.ts";
import { makeGround, ordinaryAccount } from "../ground.ts";
import { NOT_ON_MAC, type StandIn, standInForMac } from "../mac-stand-in.ts";

const account = ordinaryAccount();
const onMac = () => makeGround("contract", account, { engine: "seatbelt" });
const rest = { account, view: "host", cleanUp: () => undefined } as const;

describe.runIf(engineAvailable("seatbelt"))("seatbelt", () => {
  describeContract({ ...rest, name: "sandbox-exec", makeGround: onMac });
});

/** Elsewhere the same calls go through the same runner, and a program in place of sandbox-exec starts the command. */
describe.runIf(engineAvailable("bubblewrap"))("seatbelt without a Mac", () => {
  const standIns: readonly (StandIn & { readonly name: string })[] = [
    { name: "bash as sh", shell: "/bin/bash", programs: NOT_ON_MAC },
    { name: "dash as sh", shell: "/bin/dash", programs: NOT_ON_MAC },
  ];
  for (const { name, ...standIn } of standIns) {
    describeContract({
      ...rest,
      name: `a stand-in for sandbox-exec, ${name}`,
      makeGround: () => standInForMac(onMac(), standIn),
      confines: false,
    });
  }
});
