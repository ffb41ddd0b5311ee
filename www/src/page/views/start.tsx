// Before anything: one sentence on what this is, a drop zone as large as the window, and the promise with its proof.
import { ThemeButton } from '../components/top-bar';
import { FilePicker } from '../components/file-picker';
import { Icon, Mark } from '../components/icon';
import { LimitsButton } from '../components/limits';
import { Porthole } from '../components/porthole';
import { hasEdge } from '../edge';
import { openFiles, openSample } from '../scan';
import { considered, refusal, requested, subject } from '../store';
import { sentence } from '../../shared/format';
import { S } from '../../shared/strings';
import { Documents } from './counts';
import { Reference } from './reference';
import { Policy, promise, promiseProof } from './requests';

export function Start() {
  const problem = refusal.value;
  return (
    <main class="start" id="main" tabIndex={-1}>
      <div class="start-text">
        <p class="brand"><Mark size={36} />{S.name}<ThemeButton /></p>
        <h1>{S.tagline}</h1>
        <p class="about">{S.about}</p>
        {problem && <div class="refusal" role="alert"><Icon name="alert" /><div><strong>{S.refused(problem.name)}</strong><p>{sentence(problem.message)}</p></div></div>}
        <div class="start-actions">
          <FilePicker label={S.choose} primary onFiles={(files) => void openFiles(files)} />
          <FilePicker label={S.chooseFolder} folder onFiles={(files) => void openFiles(files)} />
          <button type="button" class="text-button sample" onClick={() => void openSample()} title={S.sampleHint}>{S.sample}</button>
        </div>
        <p class="muted">{S.orDrop}</p>
        {hasEdge && <Reference slot={subject} />}
        {considered.value.length > 0 && <div class="start-documents"><h2>{S.consider.kept}</h2><Documents /></div>}
        <p class="muted small">{S.accepts} · <LimitsButton /></p>
        <div class="promise">
          <Icon name="lock" />
          <div>
            <p><strong>{promise()}</strong> {promiseProof()}</p>
            <Policy>
              <p>{requested.value.length === 0 ? S.requests.none : S.requests.some(requested.value.length)}</p>
              <ul class="plain-list">{requested.value.map((one, index) => <li key={index}><code>{one.url}</code></li>)}</ul>
            </Policy>
          </div>
        </div>
      </div>
      <Porthole />
    </main>
  );
}
