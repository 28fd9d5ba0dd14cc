/** Numbers for people, in plain ASCII, so that every terminal and log shows them alike. */

/** `1,204,000` */
export function formatCount(count: number): string {
  return String(count).replace(/(?<=\d)(?=(\d{3})+$)/g, ',');
}

/** `1 run`, `5 runs`; the plural adds an s unless it is given. */
export function formatCounted(count: number, singular: string, plural = `${singular}s`): string {
  return `${formatCount(count)} ${count === 1 ? singular : plural}`;
}

/** Nanoseconds in the unit that leaves three digits: `412 ns`, `7.21 us`, `1.40 ms`, `75.3 s`. */
export function formatDuration(ns: number): string {
  if (ns < 999.5) return `${Math.round(ns)} ns`;
  for (const [unit, size] of [
    ['us', 1e3],
    ['ms', 1e6],
  ] as const) {
    if (ns < 999.5 * size) return `${threeDigits(ns / size)} ${unit}`;
  }
  return ns < 999.5e9 ? `${threeDigits(ns / 1e9)} s` : `${formatCount(Math.round(ns / 1e9))} s`;
}

function threeDigits(value: number): string {
  if (value < 9.995) return value.toFixed(2);
  return value < 99.95 ? value.toFixed(1) : value.toFixed(0);
}

/** Bounds are rounded outward: a lower one `down`, an upper one `up`; what was counted to the `nearest`. */
export type Rounding = 'down' | 'nearest' | 'up';

/** A share from 0 to 1 as `45.1 %`: one decimal, below one per cent two digits. */
export function formatShare(share: number, rounding: Rounding): string {
  if (share === 0 || share === 1) return `${share * 100} %`;
  const decimals = share >= 0.01 ? 1 : 1 - Math.floor(Math.log10(share * 100));
  const steps = 100 * 10 ** decimals;
  const rounded = roundToStep(share, steps, rounding) / steps;
  return rounded === 0 || rounded === 1 ? `${rounded * 100} %` : `${(rounded * 100).toFixed(decimals)} %`;
}

/**
 * Whole steps for a share. Judged against the double nearest to each step, since `share * steps` itself
 * is rounded and could push a share that lies on a step to the next one.
 */
function roundToStep(share: number, steps: number, rounding: Rounding): number {
  const nearest = Math.round(share * steps);
  if (rounding === 'up' && nearest / steps < share) return nearest + 1;
  if (rounding === 'down' && nearest / steps > share) return nearest - 1;
  return nearest;
}
