// A button that opens the system's file dialogue, for files or for a folder.
import { useRef } from 'preact/hooks';
import type { InputFile } from '../../shared/protocol';
import { fromFileList } from '../drop';
import { Icon } from './icon';

export function FilePicker({ label, folder, primary, onFiles }: { label: string; folder?: boolean; primary?: boolean; onFiles: (files: InputFile[]) => void }) {
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <button type="button" class={primary ? 'button primary' : 'button'} onClick={() => input.current?.click()}><Icon name={folder ? 'folder' : 'upload'} />{label}</button>
      <input ref={input} type="file" multiple hidden aria-label={label} data-picker={folder ? 'folder' : 'files'} {...(folder ? { webkitdirectory: true } : {})}
        onChange={(event) => {
          onFiles(fromFileList(event.currentTarget.files));
          event.currentTarget.value = '';
        }} />
    </>
  );
}
