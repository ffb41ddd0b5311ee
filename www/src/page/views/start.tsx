// Before anything: one sentence on what this is, a drop zone as large as the window, and the promise with its proof.
import { Icon, Mark } from '../components/icon';
import { openFiles, openSample } from '../scan';
import { refusal, requested } from '../store';
import { S } from '../strings';
import { Porthole } from '../components/porthole';
import { FilePicker } from '../components/file-picker';

export function Start() {
  const problem = refusal.value;
  return (
    <main class="start" id="main">
      <div class="start-text">
        <p class="brand"><Mark size={36} />{S.name}</p>
        <h1>{S.tagline}</h1>
        <p class="about">{S.about}</p>
        {problem && <div class="refusal" role="alert"><Icon name="alert" /><div><strong>{S.refused(problem.name)}</strong><p>{problem.message}</p></div></div>}
        <div class="start-actions">
          <FilePicker label={S.choose} primary onFiles={(files) => void openFiles(files)} />
          <FilePicker label={S.chooseFolder} folder onFiles={(files) => void openFiles(files)} />
          <button type="button" class="text-button sample" onClick={() => void openSample()} title={S.sampleHint}>{S.sample}</button>
        </div>
        <p class="muted">{S.orDrop}</p>
        <p class="muted small">{S.accepts}</p>
        <div class="promise">
          <Icon name="lock" />
          <div>
            <p><strong>{S.promise}</strong> {S.promiseProof}</p>
            <details>
              <summary>{S.showPolicy}</summary>
              <code>{document.querySelector('meta[http-equiv="Content-Security-Policy"]')?.getAttribute('content')}</code>
              <p>{requested.value.length === 0 ? S.requests.none : S.requests.some(requested.value.length)}</p>
              <ul class="plain-list">{requested.value.map((one) => <li key={one.url}><code>{one.url}</code></li>)}</ul>
            </details>
          </div>
        </div>
      </div>
      <Porthole />
    </main>
  );
}
