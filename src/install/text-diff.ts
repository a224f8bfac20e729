const CONTEXT = 3;

/**
 * A unified diff of two texts, for people: one hunk from the first line that differs to the last. Empty when they are
 * the same.
 */
export function renderDiff(name: string, before: string | undefined, after: string | undefined): string {
  if (before === after) return "";
  const [old, now] = [linesOf(before), linesOf(after)];
  const shared = Math.min(old.length, now.length);
  let head = 0;
  while (head < shared && old[head] === now[head]) head += 1;
  let tail = 0;
  while (tail < shared - head && old.at(-1 - tail) === now.at(-1 - tail)) tail += 1;
  const from = Math.max(0, head - CONTEXT);
  const rest = Math.max(0, tail - CONTEXT);
  const lines = [
    ...old.slice(from, head).map((line) => ` ${line}`),
    ...old.slice(head, old.length - tail).map((line) => `-${line}`),
    ...now.slice(head, now.length - tail).map((line) => `+${line}`),
    ...old.slice(old.length - tail, old.length - rest).map((line) => ` ${line}`),
  ];
  const span = (all: readonly string[]): string => {
    const count = all.length - rest - from;
    return `${String(count === 0 ? from : from + 1)},${String(count)}`;
  };
  const title = [
    `--- ${before === undefined ? "/dev/null" : name}`,
    `+++ ${after === undefined ? "/dev/null" : name}`,
    `@@ -${span(old)} +${span(now)} @@`,
  ];
  return [...title, ...lines, ""].join("\n");
}

function linesOf(text: string | undefined): readonly string[] {
  if (text === undefined || text === "") return [];
  const lines = text.split("\n");
  return lines.at(-1) === "" ? lines.slice(0, -1) : lines;
}
