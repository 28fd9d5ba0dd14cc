/** The order of runs in reports: that of execution, which their names count. */

/** `9999` comes before `10000`. */
export function compareRuns(a: string, b: string): number {
  return a.length - b.length || (a < b ? -1 : Number(a > b));
}
