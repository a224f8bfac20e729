const UNITS = ["", "k", "m", "g", "t"];

/** Bytes of a size such as `4g` (powers of 1024) or a number of bytes. The schema has checked the shape. */
export function parseSize(written: number | string): number {
  if (typeof written === "number") return written;
  const unit = written.slice(-1).toLowerCase();
  const power = UNITS.indexOf(unit);
  const [digits, exponent] = power > 0 ? [written.slice(0, -1), power] : [written, 0];
  return Number(digits) * 1024 ** exponent;
}
