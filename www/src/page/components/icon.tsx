// Icons drawn for this page: 20 × 20, one stroke width, no downloads.
import type { JSX } from 'preact';

const PATHS = {
  alert: <><path d="M10 3.2 17.6 16.4H2.4z" /><path d="M10 8v4M10 14.2v.1" /></>,
  shield: <path d="M10 2.6 16 5v4.6c0 3.7-2.4 6.4-6 7.8-3.6-1.4-6-4.1-6-7.8V5z" />,
  key: <><circle cx="6.8" cy="13.2" r="3.4" /><path d="m9.2 10.8 7-7M13.2 6.8l2.4 2.4" /></>,
  check: <><circle cx="10" cy="10" r="7.2" /><path d="m6.8 10.2 2.2 2.2 4.2-4.6" /></>,
  cross: <><circle cx="10" cy="10" r="7.2" /><path d="m7.4 7.4 5.2 5.2m0-5.2-5.2 5.2" /></>,
  info: <><circle cx="10" cy="10" r="7.2" /><path d="M10 9.2v4.4M10 6.4v.1" /></>,
  dash: <><circle cx="10" cy="10" r="7.2" /><path d="M6.8 10h6.4" /></>,
  seal: <><circle cx="10" cy="7.8" r="5" /><path d="m7 12.2-1.4 5.2L10 15.2l4.4 2.2-1.4-5.2" /></>,
  base: <><path d="M3 13.6h14l-1.8 3.4H4.8z" /><path d="M5.4 13.2V8.6h9.2v4.6M10 8.4V3M10 3.4l3.6 2" /></>,
  weight: <><path d="M4.4 8.2h11.2l1.6 8.4H2.8z" /><circle cx="10" cy="5.6" r="2.6" /></>,
  layers: <><path d="m10 2.8 7.2 3.8L10 10.4 2.8 6.6z" /><path d="m2.8 10.2 7.2 3.8 7.2-3.8M2.8 13.6l7.2 3.8 7.2-3.8" /></>,
  box: <><path d="m10 2.6 6.6 3.6v7.6L10 17.4l-6.6-3.6V6.2z" /><path d="m3.6 6.4 6.4 3.4 6.4-3.4M10 9.8v7.4" /></>,
  folder: <path d="M2.6 5.4v10h14.8V7.2H9.6L7.8 4.6H2.6z" />,
  file: <><path d="M5 2.8h6.4L15 6.4v10.8H5z" /><path d="M11.2 3v3.6h3.6" /></>,
  link: <><path d="M8.4 11.6a3 3 0 0 0 4.2 0l2.8-2.8a3 3 0 0 0-4.2-4.2l-1 1" /><path d="M11.6 8.4a3 3 0 0 0-4.2 0l-2.8 2.8a3 3 0 0 0 4.2 4.2l1-1" /></>,
  device: <><rect x="4.4" y="4.4" width="11.2" height="11.2" rx="1.6" /><path d="M8 2v2.2M12 2v2.2M8 15.8V18M12 15.8V18M2 8h2.2M2 12h2.2M15.8 8H18M15.8 12H18" /></>,
  search: <><circle cx="8.8" cy="8.8" r="5.4" /><path d="m12.8 12.8 4.4 4.4" /></>,
  chevron: <path d="m7.6 4.6 5.2 5.4-5.2 5.4" />,
  down: <path d="m4.8 7.4 5.2 5.2 5.2-5.2" />,
  close: <path d="m5 5 10 10M15 5 5 15" />,
  copy: <><rect x="7" y="7" width="9.6" height="9.6" rx="1.6" /><path d="M13 4.6a1.2 1.2 0 0 0-1.2-1.2H4.6a1.2 1.2 0 0 0-1.2 1.2v7.2A1.2 1.2 0 0 0 4.6 13" /></>,
  download: <path d="M10 3v9.4m-3.8-3.8L10 12.4l3.8-3.8M3.4 16.6h13.2" />,
  upload: <path d="M10 13V3.6M6.2 7.4 10 3.6l3.8 3.8M3.4 16.6h13.2" />,
  columns: <><rect x="3" y="4" width="14" height="12" rx="1.4" /><path d="M7.8 4v12M12.4 4v12" /></>,
  filter: <path d="M3 4.6h14l-5.4 6.2v5l-3.2-1.6v-3.4z" />,
  compare: <path d="M6.6 3.4v13.2M13.4 3.4v13.2M3.4 6.6l3.2-3.2 3.2 3.2M10.2 13.4l3.2 3.2 3.2-3.2" />,
  sun: <><circle cx="10" cy="10" r="3.4" /><path d="M10 2.4v1.8M10 15.8v1.8M2.4 10h1.8M15.8 10h1.8M4.6 4.6l1.3 1.3M14.1 14.1l1.3 1.3M15.4 4.6l-1.3 1.3M5.9 14.1l-1.3 1.3" /></>,
  moon: <path d="M16.4 11.8A6.8 6.8 0 0 1 8.2 3.6a6.8 6.8 0 1 0 8.2 8.2z" />,
  auto: <><circle cx="10" cy="10" r="7" /><path d="M10 3a7 7 0 0 1 0 14z" fill="currentColor" stroke="none" /></>,
  help: <><circle cx="10" cy="10" r="7.2" /><path d="M7.8 8a2.2 2.2 0 1 1 3.2 2c-.7.4-1 .8-1 1.6M10 14v.1" /></>,
  lock: <><rect x="4.4" y="8.8" width="11.2" height="8" rx="1.6" /><path d="M6.8 8.6V6.4a3.2 3.2 0 0 1 6.4 0v2.2" /></>,
  clock: <><circle cx="10" cy="10" r="7.2" /><path d="M10 5.8V10l2.8 2" /></>,
  user: <><circle cx="10" cy="6.8" r="3.2" /><path d="M3.8 17c.6-3.4 3-5 6.2-5s5.6 1.6 6.2 5" /></>,
  terminal: <><rect x="2.6" y="3.8" width="14.8" height="12.4" rx="1.6" /><path d="m5.8 7.6 2.6 2.4-2.6 2.4M10.4 12.6h3.8" /></>,
  fire: <path d="M10 2.6c.4 3 4.6 4.6 4.6 9a4.6 4.6 0 0 1-9.2 0c0-2 .9-3.2 1.9-4.2.2 1.6.9 2.2 1.5 2.4-.5-2.6 0-5 1.2-7.2z" />,
  trash: <path d="M3.8 5.6h12.4M8 5.4V3.4h4v2M5.4 5.8l.8 11h7.6l.8-11M8.4 8.8v5M11.6 8.8v5" />,
  plus: <path d="M10 4v12M4 10h12" />,
  minus: <path d="M4 10h12" />,
  delta: <path d="M10 4.4 16 15.4H4z" />,
  more: <path d="M4.6 10h.1M10 10h.1M15.4 10h.1" stroke-width="2.6" />,
  open: <path d="M11.6 3.4h5v5M16.4 3.6 9.4 10.6M14.4 11.6v5H3.4V5.6h5" />,
} satisfies Record<string, JSX.Element>;

export type IconName = keyof typeof PATHS;

export function Icon({ name, label, class: className }: { name: IconName; label?: string; class?: string }) {
  return (
    <svg class={`icon ${className ?? ''}`} viewBox="0 0 20 20" fill="none" stroke="currentColor" stroke-width="1.6"
      stroke-linecap="round" stroke-linejoin="round" {...(label ? { role: 'img', 'aria-label': label } : { 'aria-hidden': 'true' })}>
      {PATHS[name]}
    </svg>
  );
}

/** The mark: a porthole with the sea in it. */
export function Mark({ size = 28 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden="true" class="mark">
      <circle cx="16" cy="16" r="15" class="mark-ring" />
      <circle cx="16" cy="16" r="10.6" class="mark-glass" />
      <path d="M5.6 17.4c2.6-1.8 4.4-1.8 6.9 0s4.4 1.8 7 0 4.3-1.8 6.9 0A10.6 10.6 0 0 1 5.6 17.4z" class="mark-sea" />
      {[0, 60, 120, 180, 240, 300].map((turn) => <circle key={turn} cx="16" cy="3.2" r="1" class="mark-bolt" transform={`rotate(${turn + 30} 16 16)`} />)}
    </svg>
  );
}
