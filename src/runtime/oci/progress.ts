import { writeSync } from "node:fs";

/** One line for people on stderr, for what takes longer than a moment. */
export type Say = (text: string) => void;

/** Writes to the command's own stderr: the person, and the model, see why the call takes time. */
export const sayOnStderr: Say = (text) => {
  writeSync(2, `sandhook: ${text}\n`);
};

const QUIET_MS = 15_000;
const STEP = /^(?:Step|STEP) \d+\/\d+|^#\d+ \[/;

/** Passes on the steps of an image build, and a sign of life between them; not the thousand lines of a package manager. */
export function relayBuild(say: Say): (line: string) => void {
  let spoken = Date.now();
  return (line) => {
    const isStep = STEP.test(line);
    if (!isStep && Date.now() - spoken < QUIET_MS) return;
    spoken = Date.now();
    say(isStep ? `image: ${line.slice(0, 120)}` : `image: … ${line.slice(0, 100)}`);
  };
}
