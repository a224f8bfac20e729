import { expect, it } from "vitest";
import { printTable } from "../../../src/cli/verify-table.ts";

it("prints a row for each attempt, a column for each engine, and what each came to", () => {
  const lines: string[] = [];
  printTable(
    {
      engines: [{ engine: "bubblewrap" }, { engine: "docker", failed: "no daemon" }],
      notContained: ["links.own"],
      attempts: [
        {
          id: "links.own",
          topic: "links",
          title: "follows a link",
          control: true,
          engines: { bubblewrap: { result: "not contained" } },
        },
        {
          id: "git.hook",
          topic: "git",
          title: "makes a hook",
          control: true,
          engines: { bubblewrap: { result: "contained" } },
        },
        {
          id: "git.set",
          topic: "git",
          title: "sets it",
          control: false,
          engines: { bubblewrap: { result: "not tried", reason: "git is missing there" } },
        },
      ],
    },
    { print: (line) => lines.push(...line.split("\n")), paint: (_, text) => text },
  );
  expect(lines).toEqual([
    "",
    "links            bubblewrap",
    "  follows a link NOT contained",
    "",
    "git              bubblewrap",
    "  makes a hook   contained",
    "  sets it        not tried",
    "",
    "bubblewrap: 1 contained, 1 NOT contained, 1 not tried (--json says why)",
    "docker: nothing could be attempted: no daemon",
  ]);
});
