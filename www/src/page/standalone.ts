// A report as one self-contained file: this page's own script and style, and the report as inert data.
import type { Report } from '../shared/report';
import { note } from './assets';

async function text(url: string): Promise<string> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url}: ${response.status}`);
  const content = await response.text();
  note(new URL(url).pathname, content.length);
  return content;
}

const sha256 = async (content: string): Promise<string> => {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(content));
  return `'sha256-${btoa(String.fromCharCode(...new Uint8Array(digest)))}'`;
};

/** Where this page keeps what it is made of: inline in a standalone file, else in its own folder. */
async function parts(): Promise<{ script: string; style: string }> {
  const inline = document.getElementById('porthole-script');
  if (inline) return { script: inline.textContent ?? '', style: document.getElementById('porthole-style')?.textContent ?? '' };
  const script = document.querySelector<HTMLScriptElement>('script[type="module"][src]');
  const style = document.querySelector<HTMLLinkElement>('link[rel="stylesheet"]');
  return { script: script ? await text(script.src) : '', style: style ? await text(style.href) : '' };
}

/** `</script>` inside a script would end it. */
const safe = (script: string): string => script.replace(/<\/(script)/gi, '<\\/$1').replace(/<!--/g, '<\\!--');

export async function standaloneReport(report: Report): Promise<string> {
  const { script, style } = await parts();
  const code = safe(script);
  const css = style.replace(/<\/(style)/gi, '<\\/$1');
  // Data, not code: a JSON block is never run, and a less-than sign inside it is escaped.
  const data = JSON.stringify(report).replace(/</g, '\\u003c');
  const policy = `default-src 'none'; script-src ${await sha256(code)}; style-src ${await sha256(css)}; img-src data: blob:; base-uri 'none'; form-action 'none'`;
  const title = (report.image.names[0] ?? report.image.source).replace(/[<>&"]/g, '');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${title} · Porthole report</title>
<style id="porthole-style">${css}</style>
</head>
<body>
<div id="app"></div>
<script type="application/json" id="porthole-report">${data}</script>
<script type="module" id="porthole-script">${code}</script>
</body>
</html>
`;
}
