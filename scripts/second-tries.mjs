import { writeFileSync } from "node:fs";

/** A vitest reporter: writes the full names of the tests that passed only when they were run again, as a JSON list. */
export default class SecondTries {
  #names = [];

  onTestCaseResult(testCase) {
    if (testCase.diagnostic()?.flaky) this.#names.push(`${testCase.module.moduleId}: ${testCase.fullName}`);
  }

  onTestRunEnd() {
    const file = process.env.SANDHOOK_SECOND_TRIES;
    if (file !== undefined) writeFileSync(file, JSON.stringify(this.#names));
  }
}
