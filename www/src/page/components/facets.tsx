// The facets of a list, each value with how many rows one more click would show.
import { useState } from 'preact/hooks';
import type { FacetCount } from '../../shared/query';
import { command, count } from '../../shared/format';
import { go, withParams } from '../route';
import { head } from '../store';
import { S } from '../../shared/strings';

export interface FacetLabels {
  title: string;
  /** Facets in this order; others are not shown. */
  value?: (value: string) => string;
  /** Order by this list instead of by count. */
  order?: readonly string[];
}

const SHORT = 7;

/** Layers by the command that made them: findings by layer are findings by command. */
export const layerFacet: FacetLabels = {
  title: S.columns.layer,
  value: (id) => {
    const layer = id === 'config' ? undefined : head.value?.report.layers[Number(id)];
    return id === 'config' ? S.layers.config : `${id}${layer?.createdBy ? ` · ${command(layer.createdBy)}` : ''}`;
  },
};

/** Chooses one more value, or one less. With none left, an address without the facet would mean the preset again: it says so. */
function toggle(facet: string, value: string, chosen: readonly string[], preset: boolean): void {
  const next = new Set(chosen);
  if (!next.delete(value)) next.add(value);
  go(withParams({ [`f.${facet}`]: [...next].join('|') || (preset ? '' : null) }), true);
}

function Group({ id, labels, counts, chosen, preset }: { id: string; labels: FacetLabels; counts: FacetCount[]; chosen: readonly string[]; preset: boolean }) {
  const [long, setLong] = useState(false);
  const { order } = labels;
  const sorted = order ? [...counts].sort((a, b) => order.indexOf(a.value) - order.indexOf(b.value)) : counts;
  const shown = long ? sorted : sorted.filter((one, index) => index < SHORT || chosen.includes(one.value));
  if (counts.length < 2 && chosen.length === 0) return null;
  return (
    <fieldset class="facet">
      <legend>{labels.title}</legend>
      {shown.map(({ value, count: rows }) => (
        <label key={value} class={rows === 0 ? 'none' : ''}>
          <input type="checkbox" checked={chosen.includes(value)} onChange={() => toggle(id, value, chosen, preset)} />
          <span class="truncate" title={labels.value?.(value) ?? value}>{labels.value?.(value) ?? value}</span>
          <span class="number">{count(rows)}</span>
        </label>
      ))}
      {sorted.length > SHORT && (
        <button type="button" class="text-button" onClick={() => setLong(!long)}>
          {long ? S.table.fewerValues : S.table.moreValues(sorted.length - SHORT)}
        </button>
      )}
    </fieldset>
  );
}

export function Facets({ labels, counts, chosen, presets }: {
  labels: Record<string, FacetLabels>;
  counts: Record<string, FacetCount[]>;
  chosen: Record<string, readonly string[]>;
  /** Facets that have values chosen when the address says nothing. */
  presets: readonly string[];
}) {
  return (
    <div class="facets">
      {Object.entries(labels).map(([id, label]) => <Group key={id} id={id} labels={label} counts={counts[id] ?? []} chosen={chosen[id] ?? []} preset={presets.includes(id)} />)}
    </div>
  );
}
