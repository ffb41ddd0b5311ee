// The picture on the first page: a porthole in a quiet sea, and a stack of layers on the horizon.
import { S } from '../../shared/strings';

const BOLTS = Array.from({ length: 8 }, (_, index) => index * 45 + 22.5);

export function Porthole() {
  return (
    <svg class="porthole" viewBox="0 0 480 480" role="img" aria-label={S.picture}>
      <defs>
        <clipPath id="glass"><circle cx="240" cy="240" r="172" /></clipPath>
        <linearGradient id="sky" x1="0" y1="0" x2="0" y2="1"><stop offset="0" class="sky-1" /><stop offset="1" class="sky-2" /></linearGradient>
        <linearGradient id="deep" x1="0" y1="0" x2="0" y2="1"><stop offset="0" class="deep-1" /><stop offset="1" class="deep-2" /></linearGradient>
        <linearGradient id="ring" x1="0" y1="0" x2="1" y2="1"><stop offset="0" class="ring-1" /><stop offset="0.5" class="ring-2" /><stop offset="1" class="ring-3" /></linearGradient>
      </defs>
      <circle cx="240" cy="240" r="226" class="ring-shadow" />
      <circle cx="240" cy="240" r="222" fill="url(#ring)" />
      <circle cx="240" cy="240" r="222" class="ring-edge" />
      <circle cx="240" cy="240" r="184" class="ring-inner" />
      {BOLTS.map((turn) => <g key={turn} transform={`rotate(${turn} 240 240)`}><circle cx="240" cy="37" r="8" class="bolt" /><path d="m236 37 8 0" class="slot" /></g>)}
      <g clip-path="url(#glass)">
        <rect x="60" y="60" width="360" height="360" fill="url(#sky)" />
        <circle cx="318" cy="150" r="26" class="moon" />
        <g class="cargo">
          <path d="M132 262h216l-26 46H158z" class="ship" />
          <rect x="164" y="234" width="44" height="26" rx="2" class="crate-1" /><rect x="212" y="234" width="44" height="26" rx="2" class="crate-2" /><rect x="260" y="234" width="44" height="26" rx="2" class="crate-3" />
          <rect x="164" y="205" width="44" height="26" rx="2" class="crate-3" /><rect x="212" y="205" width="44" height="26" rx="2" class="crate-1" />
          <rect x="212" y="176" width="44" height="26" rx="2" class="crate-2" />
          <path d="M314 260v-62h20v62z" class="ship" /><path d="M318 206h12v8h-12z" class="lamp" />
        </g>
        <path d="M40 296c40-14 66-14 104 0s66 14 104 0 66-14 104 0 66 14 104 0v164H40z" fill="url(#deep)" class="wave back" />
        <path d="M20 328c44-16 72-16 112 0s70 16 112 0 70-16 112 0 70 16 124 0v132H20z" class="wave mid" />
        <path d="M0 366c48-14 78-14 120 0s76 14 120 0 78-14 120 0 80 14 140 0v94H0z" class="wave front" />
        <path d="M108 128A172 172 0 0 1 208 72" class="glint" />
      </g>
      <circle cx="240" cy="240" r="172" class="glass-edge" />
    </svg>
  );
}
