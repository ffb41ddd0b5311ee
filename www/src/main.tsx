// Starts the page.
import { render } from 'preact';
import './page/design/tokens.css';
import './page/design/base.css';
import './page/design/controls.css';
import './page/design/start.css';
import './page/design/shell.css';
import './page/design/overview.css';
import './page/design/counts.css';
import './page/design/list.css';
import './page/design/files.css';
import './page/design/views.css';
import './page/design/print.css';
import { App } from './page/app';
import { prepareModule } from './page/assets';
import { openAddress } from './page/edge';
import { lookUpFonts } from './page/fonts';
import { installOffline } from './page/offline';
import { showReport } from './page/scan';
import { setTheme, theme } from './page/store';
import type { Report } from './shared/report';

setTheme(theme.value);
const root = document.getElementById('app');
const saved = document.getElementById('porthole-report')?.textContent;
if (saved) {
  const report = JSON.parse(saved) as Report;
  showReport(report, report.image.source);
} else openAddress();
if (root) render(<App />, root);
installOffline();
lookUpFonts();
if (!saved) prepareModule();
