// A field for an image in a registry; only where the server that served this page reads images.
import { useState } from 'preact/hooks';
import { S } from '../../shared/strings';
import { Icon } from '../components/icon';
import { openReference } from '../edge';
import type { Slot } from '../store';

export function Reference({ slot }: { slot: Slot }) {
  const [image, setImage] = useState('');
  const [platform, setPlatform] = useState('');
  return (
    <form class="reference" onSubmit={(event) => { event.preventDefault(); if (image.trim()) void openReference(image.trim(), platform, slot); }}>
      <label for="reference">{S.edge.title}</label>
      <div class="reference-line">
        <input id="reference" name="image" aria-label={S.edge.field} placeholder={S.edge.example} value={image} onInput={(event) => setImage(event.currentTarget.value)} autocomplete="off" autocapitalize="off" spellcheck={false} />
        <select aria-label={S.edge.platform} value={platform} onChange={(event) => setPlatform(event.currentTarget.value)}>
          {S.edge.platforms.map((one, index) => <option key={one} value={index === 0 ? '' : one}>{one}</option>)}
        </select>
        <button type="submit" class="button" disabled={!image.trim()}><Icon name="search" />{S.edge.go}</button>
      </div>
      <p class="muted small">{S.edge.note}</p>
    </form>
  );
}
