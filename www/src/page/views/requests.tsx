// What this page asked of the network since it was loaded: the promise, with its proof.
import type { ComponentChildren } from 'preact';
import { Icon } from '../components/icon';
import { bytes } from '../../shared/format';
import { hasEdge } from '../edge';
import { named, online, requested } from '../store';
import { S } from '../../shared/strings';

const policy = (): string => document.querySelector('meta[http-equiv="Content-Security-Policy"]')?.getAttribute('content') ?? '';

/** What left this tab since the page was loaded; where references can be asked for, what may leave it. */
export const promise = (): string => (named.value ? S.promiseNamed : hasEdge ? S.promiseBesideEdge : S.promise);

/** What the policy of this very page lets it do; a file from disk may talk to nobody. */
export const promiseProof = (): string => (policy().includes("connect-src 'self'") ? S.promiseProof : S.promiseAlone);

export function Policy({ children }: { children?: ComponentChildren }) {
  return (
    <details>
      <summary>{S.showPolicy}</summary>
      <code>{policy()}</code>
      {children}
    </details>
  );
}

export function Requests() {
  const list = requested.value;
  return (
    <div class="requests small">
      <p><Icon name="lock" /><span><strong>{promise()}</strong> {promiseProof()}</span></p>
      {!online.value && <p>{S.requests.offline}</p>}
      {list.length === 0 ? <p>{S.requests.none}</p> : (
        <details>
          <summary>{S.requests.some(list.length)}</summary>
          <ul class="plain-list rows">{list.map((one, index) => <li key={index}><code class="truncate">{one.url}</code><span class="number">{one.cached ? S.requests.kept : bytes(one.bytes)}</span></li>)}</ul>
        </details>
      )}
      {globalThis.navigator.serviceWorker?.controller && <p class="muted">{S.requests.worker}</p>}
      <Policy />
    </div>
  );
}
