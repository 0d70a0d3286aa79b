/** Order statistics of a few rounds. Pure. */

/** The value below which the share `q` (0 to 1) of the sorted values lies, between neighbours by straight line. */
export function quantile(values: readonly number[], q: number): number {
  if (values.length === 0) throw new RangeError('no values');
  const sorted = [...values].sort((a, b) => a - b);
  const at = (sorted.length - 1) * q;
  const below = sorted[Math.floor(at)]!;
  const above = sorted[Math.ceil(at)]!;
  return below + (above - below) * (at - Math.floor(at));
}

/** What a handful of rounds came to. */
export interface Summary {
  readonly median: number;
  readonly lowerQuartile: number;
  readonly upperQuartile: number;
  readonly least: number;
  readonly most: number;
  /** From the least to the most, as a share of the median: 0.15 is 15 %. */
  readonly spread: number;
}

/** @throws RangeError without values */
export function summarise(values: readonly number[]): Summary {
  const median = quantile(values, 0.5);
  const [least, most] = [Math.min(...values), Math.max(...values)];
  return {
    median,
    lowerQuartile: quantile(values, 0.25),
    upperQuartile: quantile(values, 0.75),
    least,
    most,
    spread: median === 0 ? 0 : (most - least) / median,
  };
}

/** Round by round, how many times as much the first costs as the second: the noise that both share goes away. */
export function ratios(dividends: readonly number[], divisors: readonly number[]): number[] {
  if (dividends.length !== divisors.length) throw new RangeError('rounds without a partner');
  return dividends.map((dividend, i) => dividend / divisors[i]!);
}
