// Squarified treemap (Bruls, Huizing, van Wijk 2000): rectangles whose sides are as equal as their areas allow.
export interface Rect {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** Rectangles in the order of the sizes, which must fall and be positive. */
export function squarify(sizes: readonly number[], into: Rect): Rect[] {
  const out: Rect[] = [];
  const all = sizes.reduce((sum, size) => sum + size, 0);
  if (all <= 0) return out;
  const scale = (into.width * into.height) / all;
  let { x, y, width, height } = into;
  let from = 0;
  while (from < sizes.length) {
    const side = Math.min(width, height);
    let row = 0;
    let end = from;
    let worst = Number.POSITIVE_INFINITY;
    while (end < sizes.length) {
      const area = row + (sizes[end] ?? 0) * scale;
      const large = (sizes[from] ?? 0) * scale;
      const small = (sizes[end] ?? 0) * scale;
      const next = Math.max((side * side * large) / (area * area), (area * area) / (side * side * small));
      if (next > worst) break;
      worst = next;
      row = area;
      end += 1;
    }
    const depth = side > 0 ? row / side : 0;
    let at = 0;
    for (let index = from; index < end; index += 1) {
      const length = depth > 0 ? ((sizes[index] ?? 0) * scale) / depth : 0;
      out.push(width >= height ? { x, y: y + at, width: depth, height: length } : { x: x + at, y, width: length, height: depth });
      at += length;
    }
    if (width >= height) {
      x += depth;
      width -= depth;
    } else {
      y += depth;
      height -= depth;
    }
    from = end;
  }
  return out;
}
