/**
 * Mean and standard deviation of a few runs, as text.
 *
 * @example spread([1, 2, 3], 1)  // '2.0 ± 1.0'
 */
export function spread(values: readonly number[], digits: number): string {
  const mean = average(values);
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1);
  return `${mean.toFixed(digits)} ± ${Math.sqrt(variance).toFixed(digits)}`;
}

export function average(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
