// The row that the address names, asked of the model.
import { useEffect, useState } from 'preact/hooks';
import type { ListName, Rows } from '../../shared/lists';
import type { Model } from '../../shared/protocol';

export function useItem<L extends ListName>(model: Model, list: L, key: string | null, version: unknown): Rows[L] | null | undefined {
  const [found, setFound] = useState<{ key: string; row: Rows[L] | null } | null>(null);
  useEffect(() => {
    if (key === null) return undefined;
    let stale = false;
    void model.ask('row', { list, key }).then((row) => {
      if (!stale) setFound({ key, row: row as Rows[L] | null });
    }, () => undefined);
    return () => { stale = true; };
  }, [model, list, key, version]);
  // While the next row is on its way the last one stays: the panel does not blink.
  return key === null ? undefined : found?.row ?? (found?.key === key ? null : undefined);
}
