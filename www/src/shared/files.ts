// Questions about files, and their answers: views of what is on screen, never the whole tree.

/** Which tree: the final image, the stack up to a layer, or one layer alone. */
export type TreeView = { kind: 'merged' } | { kind: 'upTo'; layer: number } | { kind: 'layer'; layer: number };

export type FileKind = 'file' | 'directory' | 'symlink' | 'hardlink' | 'charDevice' | 'blockDevice' | 'fifo';

/** What the layer in view did to a path. */
export type FileChange = 'same' | 'added' | 'changed' | 'removed';

export interface FileNode {
  /** Last component, lossy text. */
  name: string;
  /** Absolute path, lossy text. */
  path: string;
  kind: FileKind;
  /** Bytes: of a file its content, of a folder everything below it. */
  size: number;
  /** Entries below a folder. */
  entries: number;
  mode: number;
  uid: number;
  gid: number;
  /** Seconds since 1970. */
  mtime: number;
  link: string | null;
  /** Layer that the entry comes from; for removed paths the layer that held them. */
  layer: number;
  change: FileChange;
}

export type FileOrder = 'name' | 'size';

/** Some of a folder's rows, and what all of them come to. */
export interface FolderPage {
  path: string;
  nodes: FileNode[];
  total: number;
  bytes: number;
}

/** One line of the tree on screen. */
export interface TreeLine {
  node: FileNode;
  depth: number;
}

/** A window into the lines of the tree, as it is opened. */
export interface LinesPage {
  total: number;
  offset: number;
  lines: TreeLine[];
  /** Line of the path that was asked for, if it is shown. */
  at: number | null;
  /** Largest size at the top, for bars. */
  largest: number;
}

export interface SearchPage {
  total: number;
  nodes: FileNode[];
}

/** One thing that happened to a path. */
export interface FileEvent {
  layer: number;
  change: FileChange;
  kind: FileKind;
  size: number;
  mode: number;
  mtime: number;
}

export interface FileContent {
  /** Size of the whole file. */
  size: number;
  /** Its first bytes, at most what was asked for. */
  bytes: Uint8Array<ArrayBuffer>;
}
