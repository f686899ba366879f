// The one way in which the benches sum up times.

/** The value below which `share` (0 to 1) of them lie; 1 is the largest. */
export function quantile(values, share) {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
}

export function median(values) {
  return quantile(values, 0.5);
}
