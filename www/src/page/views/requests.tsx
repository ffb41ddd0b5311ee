// What this page asked of the network since it was loaded: the promise, with its proof.
import { bytes } from '../format';
import { online, requested } from '../store';
import { S } from '../strings';
import { Icon } from '../components/icon';

export function Requests() {
  const list = requested.value;
  return (
    <div class="requests small">
      <p><Icon name="lock" /><span><strong>{S.promise}</strong> {S.promiseProof}</span></p>
      {!online.value && <p>{S.requests.offline}</p>}
      {list.length === 0 ? <p>{S.requests.none}</p> : (
        <details>
          <summary>{S.requests.some(list.length)}</summary>
          <ul class="plain-list rows">{list.map((one) => <li key={one.url}><code class="truncate">{one.url}</code><span class="number">{one.cached ? 'kept here' : bytes(one.bytes)}</span></li>)}</ul>
        </details>
      )}
      <details>
        <summary>{S.showPolicy}</summary>
        <code>{document.querySelector('meta[http-equiv="Content-Security-Policy"]')?.getAttribute('content')}</code>
      </details>
    </div>
  );
}
