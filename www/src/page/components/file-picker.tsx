// A button that opens the system's file dialogue, for files or for a folder.
import { useRef } from 'preact/hooks';
import type { InputFile } from '../../shared/protocol';
import { fromFileList } from '../drop';
import { expectFiles } from '../scan';
import { Icon, type IconName } from './icon';

interface Props {
  label: string;
  folder?: boolean;
  primary?: boolean;
  /** Looks like a link. */
  quiet?: boolean;
  icon?: IconName;
  onFiles: (files: InputFile[]) => void;
}

export function FilePicker({ label, folder, primary, quiet, icon, onFiles }: Props) {
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <button type="button" class={primary ? 'button primary' : quiet ? 'button quiet' : 'button'} onClick={() => { void expectFiles(); input.current?.click(); }}><Icon name={icon ?? (folder ? 'folder' : 'upload')} />{label}</button>
      <input ref={input} type="file" multiple hidden aria-label={label} data-picker={quiet ? 'documents' : folder ? 'folder' : 'files'} {...(folder ? { webkitdirectory: true } : {})}
        onChange={(event) => {
          onFiles(fromFileList(event.currentTarget.files));
          event.currentTarget.value = '';
        }} />
    </>
  );
}
