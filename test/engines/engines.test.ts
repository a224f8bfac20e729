import { describe } from "vitest";
import { engineAvailable } from "../support/engines.ts";
import { describeContract } from "./contract.ts";
import { makeGround, ordinaryAccount } from "./ground.ts";
import { containerSubjects, makeSubjectGround, removeContainers } from "./subjects.ts";

describe.runIf(engineAvailable("bubblewrap"))("bubblewrap", () => {
  const account = ordinaryAccount();
  describeContract({
    name: "bubblewrap",
    account,
    makeGround: () => makeGround("contract", account, { engine: "bubblewrap" }),
    cleanUp: () => undefined,
  });
});

for (const subject of containerSubjects()) {
  describeContract({
    name: subject.name,
    account: subject.account,
    makeGround: () => makeSubjectGround("contract", subject),
    cleanUp: (ground) => {
      removeContainers(subject, ground);
    },
  });
}
