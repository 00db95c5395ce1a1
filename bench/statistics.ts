/** Of several rounds, one figure. */
export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** The value below which so much of all lies, from 0 to 1; between two of them in proportion. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (sorted.length - 1) * share;
  const below = sorted[Math.floor(at)]!;
  return below + (sorted[Math.ceil(at)]! - below) * (at % 1);
}

export function rounded(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
