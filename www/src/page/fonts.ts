// Looks up the design's fonts while nothing is open yet. Each size and weight is a question to another process that the page's thread
// waits for: a millisecond now, twenty and more while layers are read, and a report shows a dozen of them at once.

const SIZES = ['--text-xs', '--text-s', '--text-m', '--text-l', '--text-xl', '--text-2xl', '--text-3xl'];
const WEIGHTS = ['400', '550', '600', '650'];
/** Of everything that fallback fonts may be asked for: what the page's own words hold. */
const TEXT = 'Ag0 →−…·×';

function* styles(): Generator<readonly [family: string, size: string, weight: string]> {
  for (const size of SIZES) {
    for (const weight of WEIGHTS) yield ['var(--font)', `var(${size})`, weight];
    for (const weight of ['400', '600']) yield ['var(--mono)', `calc(0.925 * var(${size}))`, weight];
  }
}

/** One style each time that the browser has nothing else to do; where it does not tell, nothing is looked up ahead. */
export function lookUpFonts(): void {
  if (!('requestIdleCallback' in globalThis)) return;
  const place = document.createElement('span');
  place.ariaHidden = 'true';
  place.className = 'font-lookup';
  place.textContent = TEXT;
  document.body.append(place);
  const left = styles();
  const next = (): void => {
    const { done, value } = left.next();
    if (done) {
      place.remove();
      return;
    }
    [place.style.fontFamily, place.style.fontSize, place.style.fontWeight] = value;
    // Asking for the width is what makes the browser choose the font.
    void place.offsetWidth;
    requestIdleCallback(next);
  };
  requestIdleCallback(next);
}
