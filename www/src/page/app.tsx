// The shell: what is open decides what is shown.
import { useEffect, useState } from 'preact/hooks';
import { Icon } from './components/icon';
import { KeyHelp } from './components/key-help';
import { LimitsDialog } from './components/limits';
import { TopBar } from './components/top-bar';
import { Gaps } from './components/gaps';
import { fromFileList, fromTransfer } from './drop';
import { hasEdge, openReference } from './edge';
import { installKeys, typing } from './keys';
import { route, type View } from './route';
import { expectFiles, openFiles } from './scan';
import { announcement, head, other, scanning, subject } from './store';
import { S } from '../shared/strings';
import { Checks } from './views/checks';
import { Compare } from './views/compare';
import { Config } from './views/config';
import { Files } from './views/files';
import { Layers } from './views/layers';
import { Overview } from './views/overview';
import { Packages } from './views/packages';
import { Raw } from './views/raw';
import { Scanning } from './views/scanning';
import { Secrets } from './views/secrets';
import { Start } from './views/start';
import { Vulnerabilities } from './views/vulnerabilities';
import type { ViewProps } from './views/context';

const SHOWN: Record<Exclude<View, 'compare'>, (props: ViewProps) => preact.JSX.Element> = {
  overview: Overview, vulns: Vulnerabilities, packages: Packages, secrets: Secrets, checks: Checks, layers: Layers, files: Files, config: Config, raw: Raw,
};

export function App() {
  useEffect(() => installKeys(), []);
  const now = subject.value;
  return (
    <>
      <a class="skip" href="#main" onClick={(event) => { event.preventDefault(); document.getElementById('main')?.focus(); }}>{S.skip}</a>
      <DropTarget />
      {now ? <Report /> : <Start />}
      <KeyHelp />
      <LimitsDialog />
      <div class="visually-hidden" role="status" aria-live="polite">{announcement.value}</div>
    </>
  );
}

function Report() {
  const now = subject.value;
  const { view } = route.value;
  useEffect(() => { scrollTo({ top: 0 }); }, [view]);
  useEffect(() => {
    document.title = now ? `${view === 'overview' ? '' : `${S.tabs[view]} · `}${now.head?.report.image.names[0] ?? now.name} · ${S.name}` : S.name;
  }, [view, now?.head?.report.image.names[0], now?.name]);
  if (!now) return null;
  const shown = head.value;
  const View = view === 'compare' ? null : SHOWN[view];
  return (
    <>
      <TopBar subject={now} />
      <main id="main" tabIndex={-1} class="page">
        {scanning.value && <Scanning subject={now} slot={subject} />}
        {now.failed && <div class="refusal" role="alert"><Icon name="alert" /><p>{now.failed}</p></div>}
        {shown && <Gaps gaps={shown.report.gaps} />}
        {view === 'compare' ? <Compare subject={now} /> : shown && View
          ? <View key={view} model={now.model} head={shown} scanning={scanning.value} saved={shown.saved} remote={now.remote ? now.name : null} />
          : <p class="muted pad" role="status">{S.opening} {now.name}…</p>}
      </main>
    </>
  );
}

function DropTarget() {
  const [over, setOver] = useState(false);
  useEffect(() => {
    let depth = 0;
    const slot = () => (subject.value && route.value.view === 'compare' ? other : subject);
    const hasFiles = (event: DragEvent): boolean => [...(event.dataTransfer?.types ?? [])].includes('Files');
    const enter = (event: DragEvent): void => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      depth += 1;
      setOver(true);
      void expectFiles();
    };
    const leave = (event: DragEvent): void => {
      if (!hasFiles(event)) return;
      depth = Math.max(0, depth - 1);
      if (depth === 0) setOver(false);
    };
    const hover = (event: DragEvent): void => { if (hasFiles(event)) event.preventDefault(); };
    const drop = (event: DragEvent): void => {
      if (!event.dataTransfer || !hasFiles(event)) return;
      event.preventDefault();
      depth = 0;
      setOver(false);
      const into = slot();
      void fromTransfer(event.dataTransfer).then((files) => openFiles(files, into));
    };
    const paste = (event: ClipboardEvent): void => {
      const files = fromFileList(event.clipboardData?.files);
      if (files.length > 0) {
        void openFiles(files, slot());
        return;
      }
      // A name, pasted beside any field, is asked for where a server reads images.
      const text = event.clipboardData?.getData('text/plain').trim() ?? '';
      if (hasEdge && !typing(event.target) && /^\S{2,300}$/.test(text)) void openReference(text, '', slot());
    };
    addEventListener('dragenter', enter);
    addEventListener('dragleave', leave);
    addEventListener('dragover', hover);
    addEventListener('drop', drop);
    addEventListener('paste', paste);
    return () => {
      removeEventListener('dragenter', enter);
      removeEventListener('dragleave', leave);
      removeEventListener('dragover', hover);
      removeEventListener('drop', drop);
      removeEventListener('paste', paste);
    };
  }, []);
  if (!over) return null;
  return <div class="drop-over" aria-hidden="true"><p><Icon name="upload" />{subject.value && route.value.view === 'compare' ? S.dropCompare : S.dropNow}</p></div>;
}

