// Which layers are hashed while they are scanned, and which behind the report.
// To hash a layer takes about as long as to scan it. Behind the report it has to be read and decoded once more: so what the report does
// not wait for anyway, since another worker has a larger layer, is hashed at once.

/** For the size of every layer, whether it is hashed as it is scanned by one of so many workers, the largest first. */
export function alongside(sizes: readonly number[], workers: number): boolean[] {
  const loads = Array.from({ length: Math.max(1, workers) }, () => 0);
  const given = sizes.map((size, layer) => ({ size, layer, by: 0 })).sort((a, b) => b.size - a.size);
  for (const one of given) {
    one.by = loads.indexOf(Math.min(...loads));
    loads[one.by] = (loads[one.by] ?? 0) + one.size;
  }
  const end = Math.max(...loads);
  const hashed = sizes.map(() => false);
  for (const { size, layer, by } of given) {
    const load = (loads[by] ?? 0) + size;
    if (load > end) continue;
    loads[by] = load;
    hashed[layer] = true;
  }
  return hashed;
}
