import { rmSync } from "node:fs";
import { type Ground, makeGround, ordinaryAccount } from "../../engines/ground.ts";
import { containersOf, containerSubjects, makeSubjectGround, removeGround } from "../../engines/subjects.ts";
import { engineAvailable } from "../engines.ts";
import { killProxy } from "./proxy-process.ts";

/** An engine, as the suites about allow-lists run against it. */
export interface NetworkSubject {
  readonly name: string;
  /** Its image has python, curl, git and npm, as this machine has. */
  readonly hasTools: boolean;
  readonly makeGround: (network: unknown) => Ground;
  /** Ids of the containers that the ground's project has. */
  readonly containers: (ground: Ground) => readonly string[];
  /** Takes away the ground, its containers and its proxy. */
  readonly cleanUp: (ground: Ground) => void;
}

const BUBBLEWRAP: NetworkSubject = {
  name: "bubblewrap",
  hasTools: true,
  makeGround: (network) => makeGround("network", ordinaryAccount(), { engine: "bubblewrap", network }),
  containers: () => [],
  cleanUp: (ground) => {
    killProxy(ground);
    rmSync(ground.root, { recursive: true, force: true, maxRetries: 5 });
  },
};

/** The engines of this machine that can keep an allow-list. */
export function networkSubjects(): NetworkSubject[] {
  const containers = containerSubjects().map((subject) => ({
    name: subject.name,
    hasTools: subject.hasGit,
    makeGround: (network: unknown) => makeSubjectGround("network", subject, { network }),
    containers: (ground: Ground) => containersOf(subject, ground),
    cleanUp: (ground: Ground) => {
      killProxy(ground);
      removeGround(subject, ground);
    },
  }));
  return [...(engineAvailable("bubblewrap") ? [BUBBLEWRAP] : []), ...containers];
}
