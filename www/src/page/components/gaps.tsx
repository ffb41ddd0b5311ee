// What was not read, and why: on top of every view, not hidden.
import { useState } from 'preact/hooks';
import type { Gap } from '../../shared/report';
import { S } from '../../shared/strings';
import { Icon } from './icon';
import { LimitsButton } from './limits';

const SHORT = 3;

export function Gaps({ gaps }: { gaps: readonly Gap[] }) {
  const [all, setAll] = useState(false);
  if (gaps.length === 0) return null;
  const shown = all ? gaps.slice(0, 500) : gaps.slice(0, SHORT);
  return (
    <section class="gaps" aria-label={S.gaps.title(gaps.length)}>
      <Icon name="alert" />
      <div>
        <p><strong>{S.gaps.title(gaps.length)}.</strong> {S.gaps.hint}</p>
        <ul>
          {shown.map((gap, index) => (
            <li key={index}><span class="tag">{S.gapKind[gap.kind]}</span>{gap.layer !== null && <span class="muted">{S.layers.number(gap.layer)}</span>}{gap.path && <code>{gap.path}</code>}<span>{gap.message}</span></li>
          ))}
        </ul>
        {gaps.length > SHORT && <button type="button" class="text-button" onClick={() => setAll(!all)}>{all ? S.gaps.hide : `${S.gaps.show} (${gaps.length})`}</button>}
        {gaps.some((gap) => gap.kind === 'overBudget') && <p class="small">{S.limits.cut} <LimitsButton /></p>}
      </div>
    </section>
  );
}
