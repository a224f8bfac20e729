// The results as a picture without any library: one bar an arm, from the left edge, with its quartiles.
const WIDTH = 860;
const LEFT = 330;
const ROW = 26;
const COLOURS = { ours: "#1f7a5c", peer: "#8a8f98" };

const escape = (text) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

/** The groups below each other, each with a scale of its own: name, unit, rows of name, median, quartiles, ours. */
export function drawChart(groups, caption) {
  const parts = [];
  let y = 30;
  for (const { name, rows } of groups) {
    const longest = Math.max(...rows.map(({ quartiles }) => quartiles[1]));
    const scale = (WIDTH - LEFT - 90) / longest;
    parts.push(`<text x="10" y="${y}" class="group">${escape(name)}</text>`);
    y += 12;
    for (const row of rows) {
      const [low, high] = row.quartiles.map((value) => LEFT + value * scale);
      const end = LEFT + row.median * scale;
      const middle = y + ROW / 2;
      parts.push(
        `<text x="${LEFT - 8}" y="${middle + 4}" text-anchor="end">${escape(row.name)}</text>`,
        `<rect x="${LEFT}" y="${y + 5}" width="${(end - LEFT).toFixed(1)}" height="${ROW - 10}" fill="${row.ours ? COLOURS.ours : COLOURS.peer}"/>`,
        `<path d="M${low.toFixed(1)} ${middle}H${high.toFixed(1)}" stroke="#000" stroke-width="1.5"/>`,
        `<text x="${(Math.max(end, high) + 6).toFixed(1)}" y="${middle + 4}">${row.median} ms</text>`,
      );
      y += ROW;
    }
    y += 34;
  }
  const height = y + 10;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}" role="img">`,
    `<title>${escape(caption)}</title>`,
    `<style>text{font:13px system-ui,sans-serif;fill:#222}.group{font-weight:600;font-size:14px}</style>`,
    `<rect width="${WIDTH}" height="${height}" fill="#fff"/>`,
    ...parts,
    `<text x="10" y="${height - 12}" style="font-size:11px;fill:#555">${escape(caption)}</text>`,
    "</svg>",
    "",
  ].join("\n");
}
